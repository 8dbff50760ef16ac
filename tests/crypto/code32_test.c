#include <criterion/criterion.h>

#include "crypto/code32.h"
#include "crypto/hash.h"

/* The identifier the GRid standard uses as its example of MOD 37,36. */
Test(code32, check_character_is_iso_7064_mod_37_36)
{
	cr_assert_eq(code_check_character("A12425GABC1234002", 17), 'M');
}

Test(code32, new_codes_parse_as_people_type_them)
{
	char code[CODE_TEXT], shown[CODE_SHOWN], back[CODE_TEXT];

	crypto_init();
	for (int n = 0; n < 1000; n++) {
		code_random(code);
		code_show(shown, code);
		cr_assert_eq(strlen(shown), 14);
		for (char *p = shown; *p; p++) {
			cr_assert_null(strchr("ILOU", *p));
			if (*p == '0')
				*p = n % 2 ? 'o' : 'O';
			else if (*p == '1')
				*p = n % 2 ? 'l' : 'I';
			else if (*p >= 'A' && n % 3 == 0)
				*p = (char)(*p - 'A' + 'a');
			else if (*p == '-' && n % 5 == 0)
				*p = ' ';
		}
		cr_assert(code_parse(str_of(shown), back), "%s", shown);
		cr_assert_str_eq(code, back);
	}
}

Test(code32, every_wrong_symbol_is_noticed)
{
	static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char code[CODE_TEXT], bad[CODE_TEXT], back[CODE_TEXT];

	crypto_init();
	for (int n = 0; n < 100; n++) {
		code_random(code);
		for (int i = 0; i < CODE_SYMBOLS; i++) {
			memcpy(bad, code, sizeof bad);
			for (const char *s = symbols; *s; s++) {
				bad[i] = *s;
				if (*s != code[i])
					cr_assert_not(code_parse(str_of(bad), back), "%s", bad);
			}
		}
	}
}

/* The hybrid system of ISO 7064 promises nearly all of them, not all. */
Test(code32, nearly_every_swap_of_neighbours_is_noticed)
{
	char code[CODE_TEXT], bad[CODE_TEXT], back[CODE_TEXT];
	int swaps = 0, missed = 0;

	crypto_init();
	for (int n = 0; n < 2000; n++) {
		code_random(code);
		for (int i = 0; i + 1 < CODE_SYMBOLS; i++) {
			memcpy(bad, code, sizeof bad);
			bad[i] = code[i + 1];
			bad[i + 1] = code[i];
			if (code[i] != code[i + 1]) {
				swaps++;
				missed += code_parse(str_of(bad), back);
			}
		}
	}
	cr_assert_lt(missed * 200, swaps, "%d of %d", missed, swaps);
}

Test(code32, other_lengths_and_symbols_are_refused)
{
	char back[CODE_TEXT];

	cr_assert_not(code_parse(STR(""), back));
	cr_assert_not(code_parse(STR("0000-0000-000"), back));
	cr_assert_not(code_parse(STR("0000-0000-0000-0"), back));
	cr_assert_not(code_parse(STR("0000_0000_0000"), back));
	cr_assert_not(code_parse((struct str){"000000000\0000", 12}, back));
}
