#include "auth/password_rules.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <string.h>

Test(password_rules, the_list_is_sorted_so_that_it_can_be_searched)
{
	cr_assert_gt(n_common_passwords, 500);
	for (size_t i = 1; i < n_common_passwords; i++)
		cr_assert(strcmp(common_passwords[i - 1], common_passwords[i]) < 0, "%s",
			  common_passwords[i]);
}

Test(password_rules, common_words_are_refused_in_every_dress)
{
	static const char *const common[] = {
		"password1234",
		"Password2024!",
		"P@ssw0rd12345",
		"passwordpassword",
		"Password!Password!",
		"123456789012",
		"aaaaaaaaaaaa",
		"abcdefghijkl",
		"qwertyuiop12",
		"1qwertyuiop!",
		"iloveyou2026",
		"letmein!letmein!",
		"Sunshine#2025",
		"!!welcome1234!!",
		"0000welcome0000",
		"abababababab",
		"correcthorsebatterystaple",
		"AEGIS-2026-2026",
	};

	for (size_t i = 0; i < sizeof common / sizeof *common; i++)
		cr_expect(password_is_common(common[i]), "%s", common[i]);
}

/* Lines of the list, each long enough, in order and refused whatever its case. */
static size_t refused_lines(void)
{
	char line[128 + 1], before[128 + 1] = "", loud[128 + 1];
	size_t lines = 0;

	for (const char *at = breached_passwords; *at; lines++) {
		size_t n = strcspn(at, "\n");

		cr_assert(n >= 12 && n < sizeof line && at[n] == '\n', "%.40s", at);
		memcpy(line, at, n);
		line[n] = '\0';
		for (size_t i = 0; i <= n; i++)
			loud[i] = (char)toupper((unsigned char)line[i]);
		cr_assert_lt(strcmp(before, line), 0, "%s", line);
		cr_assert(password_is_common(line), "%s", line);
		cr_assert(password_is_common(loud), "%s", loud);
		strcpy(before, line);
		at += n + 1;
	}
	return lines;
}

Test(password_rules, leaked_passwords_of_the_length_that_is_asked_for_are_refused)
{
	static const char *const commonest[] = {"123qweasdzxc",	   "1qaz2wsx3edc",  "q1w2e3r4t5y6",
						"Mailcreated5240", "Sojdlg123aljg", "unbelievable",
						"ghjcnjgfhjkm",	   "leavemealone",  "sonyericsson"};

	for (size_t i = 0; i < sizeof commonest / sizeof *commonest; i++)
		cr_expect(password_is_common(commonest[i]), "%s", commonest[i]);
	cr_expect_geq(refused_lines(), 40000);
	/* Beside a leaked one is not leaked. */
	cr_expect(!password_is_common("unbelievablf"));
	cr_expect(!password_is_common("unbelievabl"));
	cr_expect(!password_is_common("!unbelievablez"));
	cr_expect(!password_is_common("~~~zebra-tax-lamp-9"));
}

Test(password_rules, words_of_ones_own_are_taken)
{
	static const char *const fine[] = {
		"violet-harbour-93-lantern",
		"Tr0mbone;ladder;moss",
		"zebra purple tax lamp",
		"mqX7#nvp2LkWd",
		"\xc3\xbc\xc3\xb1\xc3\xb8 kettle brass 42",
	};

	for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
		cr_expect(!password_is_common(fine[i]), "%s", fine[i]);
}

static const char *reason(const char *password, const struct password_owner *owner)
{
	struct status st = password_rules_check(password, owner);

	return is_ok(st) ? "OK" : st.reason;
}

Test(password_rules, the_owner_must_not_be_in_it)
{
	struct password_owner owner = {"ann.smith@acme.example", "Ann Margaret", "Acme Pharma"};

	cr_expect_str_eq(reason("xx-ann.smith-77-yy", &owner), "PASSWORD_CONTAINS_IDENTITY");
	cr_expect_str_eq(reason("hello MARGARET 99", &owner), "PASSWORD_CONTAINS_IDENTITY");
	cr_expect_str_eq(reason("my-aCmE-secret-4", &owner), "PASSWORD_CONTAINS_IDENTITY");
	cr_expect_str_eq(reason("xx-Smith-77-yy-zz", &owner), "PASSWORD_CONTAINS_IDENTITY");
	cr_expect_str_eq(reason("lantern@acme-93-x", &owner), "PASSWORD_CONTAINS_IDENTITY");
	/* Three letters and a top-level domain occur in anything. */
	cr_expect_str_eq(reason("banner-harbour-93", &owner), "OK");
	cr_expect_str_eq(reason("violet-harbour-93", &(struct password_owner){}), "OK");
}
