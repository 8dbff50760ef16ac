#include "auth/password_rules.h"

#include <criterion/criterion.h>
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

	return is_ok(st) ? "OK" : reason_name(st.reason);
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
