#include <criterion/criterion.h>

#include <stdio.h>

#include "base/utf8.h"
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

static const char *full_width(const char *code)
{
	static char out[3 * CODE_SHOWN];
	size_t n = 0;

	for (; *code; code++)
		n += utf8_put(out + n, (uint32_t)*code - '!' + 0xff01);
	out[n] = '\0';
	return out;
}

Test(code32, codes_parse_as_barcode_readers_and_other_keyboards_send_them)
{
	/* Of what stands before, between and behind the groups. */
	static const char *const between[] = {
		"\r\n",	    "\t",	    "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x88\x92",
		"\xc2\xa0", "\xe3\x80\x80", "\xef\xbb\xbf", "\xe2\x80\x8b", "\xef\xbc\x8d",
	};
	char code[CODE_TEXT], sent[128], back[CODE_TEXT];

	crypto_init();
	for (size_t i = 0; i < sizeof between / sizeof *between; i++) {
		code_random(code);
		snprintf(sent, sizeof sent, "%2$s%1$.4s%2$s%3$.4s%2$s%4$s%2$s", code, between[i],
			 code + 4, code + 8);
		cr_assert(code_parse(str_of(sent), back), "%zu", i);
		cr_assert_str_eq(code, back);
		cr_assert(code_parse(str_of(full_width(code)), back));
		cr_assert_str_eq(code, back);
	}
}

Test(code32, a_symbology_identifier_may_stand_before_a_code_and_nowhere_else)
{
	static const char *const identifiers[] = {"]C1", "]d2", "]Q3", "]e0", "]A0", "]L2"};
	static const char *const strange[] = {"]",  "]C",     "]1C",	   "]C-",
					      "C1", "]C1]C1", "]\303\2511"};
	char code[CODE_TEXT], sent[128], back[CODE_TEXT];

	crypto_init();
	code_random(code);
	for (size_t i = 0; i < sizeof identifiers / sizeof *identifiers; i++) {
		snprintf(sent, sizeof sent, "%s%s\r\n", identifiers[i], code);
		cr_expect(code_parse(str_of(sent), back), "%s", sent);
		cr_expect_str_eq(code, back);
		snprintf(sent, sizeof sent, "%s%s", code, identifiers[i]);
		cr_expect_not(code_parse(str_of(sent), back), "%s", sent);
	}
	for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
		snprintf(sent, sizeof sent, "%s%s", strange[i], code);
		cr_expect_not(code_parse(str_of(sent), back), "%s", sent);
	}
	cr_expect_not(code_parse(STR("]C1"), back));
}

Test(code32, other_characters_and_broken_utf8_are_no_code)
{
	static const char *const strange[] = {
		"_",   ".", "\xc3\xa9", "\xe2\x80", "\xff", "\xef\xbc\xbf", "\xf0\x9f\x98\x80",
		"\x1b"};
	char code[CODE_TEXT], sent[64], back[CODE_TEXT] = "untouched";

	crypto_init();
	for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
		code_random(code);
		snprintf(sent, sizeof sent, "%s%s", code, strange[i]);
		cr_expect_not(code_parse(str_of(sent), back), "%zu", i);
		snprintf(sent, sizeof sent, "%s%s", strange[i], code);
		cr_expect_not(code_parse(str_of(sent), back), "%zu", i);
	}
	cr_expect_not(code_parse((struct str){"", 0}, back));
	cr_expect_str_eq(back, "untouched");
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
