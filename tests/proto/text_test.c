/* Addresses, URLs and patterns, by table. */
#include <criterion/criterion.h>

#include "contract/pattern.h"
#include "contract/text.h"

Test(text, addresses_that_mail_can_be_sent_to)
{
	static const char *const good[] = {
		"a@b.co",      "ann.smith+tag@sub.acme.example",   "x_y-z'o@acme.example",
		"1@2.example", "!#$%&'*+-/=?^_`{|}~@acme.example", "a@xn--bcher-kva.example",
	};
	static const char *const bad[] = {
		"",
		"a",
		"@",
		"a@",
		"@b.co",
		"a@b",
		"a b@c.co",
		"a@b..co",
		".a@b.co",
		"a.@b.co",
		"a..b@c.co",
		"a@-b.co",
		"a@b-.co",
		"a@b.co.",
		"a@b@c.co",
		"a@b.co\n",
		"a@b,co",
		"\"a b\"@c.co",
		"a@[127.0.0.1]",
		"<a@b.co>",
		"a@b.co,c@d.co",
		"a@bücher.example",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.co",
		"a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.co",
	};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		cr_expect(text_is_email(str_of(good[i])), "%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_expect_not(text_is_email(str_of(bad[i])), "%s", bad[i]);
}

Test(text, names_that_others_may_be_shown)
{
	static const char *const good[] = {
		"Ann Smith",
		"J.R. Smith",
		"St.Mary",
		"Dr.Smith",
		"Zoë Ñandú-O'Hara",
		"李小龍",
		"Acme Pharma Inc.",
		"A.B.",
		"Müller & Söhne GmbH (Nord)",
		"No. 7",
		"Acme v2.0",
	};
	static const char *const bad[] = {
		"Ann\nBcc: you",
		"Ann\r",
		"Ann\tSmith",
		"Ann\x7f",
		"Ann\xc2\x85x",
		"see http://a.example",
		"WWW.a",
		"a@b.example",
		"go to shop.example",
		"SHOP.EXAMPLE",
		"evil.com/path",
		"Ann\xe2\x80\xae-evil",
		"Ann\xe2\x80\xa8-next",
		"Ann\xe2\x80\x8b",
		"\xff",
	};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		cr_expect(text_is_name(str_of(good[i])), "%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_expect_not(text_is_name(str_of(bad[i])), "%s", bad[i]);
}

Test(text, urls_that_can_be_fetched)
{
	static const char *const good[] = {
		"http://a.example",
		"https://a.example/",
		"https://a.example:8443/x?y=z#w",
		"http://localhost:8080/file.csv",
		"http://127.0.0.1/x",
		"http://[::1]:80/",
	};
	static const char *const bad[] = {
		"",
		"a.example",
		"//a.example",
		"ftp://a.example",
		"http:",
		"http://",
		"http:///x",
		"http://a b",
		"http://a.example/\n",
		"http://u@a.example/",
		"http://u:p@a.example/",
		"javascript:alert(1)",
		"http://-a.example",
		"http://a..example",
		"http://:80/",
		"https://a.example/<x>",
		" https://a.example",
	};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		cr_expect(text_is_uri(str_of(good[i])), "%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_expect_not(text_is_uri(str_of(bad[i])), "%s", bad[i]);
}

struct pattern_case {
	const char *pattern;
	const char *text;
	bool matches;
};

Test(pattern, matches_the_whole_text)
{
	static const struct pattern_case cases[] = {
		{"[A-Z]{2}", "NY", true},
		{"[A-Z]{2}", "N", false},
		{"[A-Z]{2}", "NYC", false},
		{"[A-Z]{2}", "ny", false},
		{"[A-Z]{2}", "", false},
		{"a", "a", true},
		{"a", "b", false},
		{"ab?c", "ac", true},
		{"ab?c", "abc", true},
		{"ab?c", "abbc", false},
		{"a*", "", true},
		{"a*", "aaaa", true},
		{"a+", "", false},
		{"a{2,3}", "a", false},
		{"a{2,3}", "aaa", true},
		{"a{2,3}", "aaaa", false},
		{"a{2,}", "aaaaaa", true},
		{"[^0-9]+", "abc", true},
		{"[^0-9]+", "ab1", false},
		{"\\.[.]", "..", true},
		{"\\.", "x", false},
		{"[a\\]]+", "a]", true},
		{"[a-]+", "a-a", true},
		{".", "x", true},
		{".", "", false},
		{"[0-9]{5}-?[0-9]{4}", "12345-6789", true},
		{"[0-9]{5}-?[0-9]{4}", "123456789", true},
	};
	const char *why;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cr_expect(field_pattern_is_valid(cases[i].pattern, &why), "%s", cases[i].pattern);
		cr_expect_eq(field_pattern_matches(cases[i].pattern, str_of(cases[i].text)),
			     cases[i].matches, "%s on '%s'", cases[i].pattern, cases[i].text);
	}
}

Test(pattern, refuses_what_it_cannot_decide_in_one_pass)
{
	static const char *const bad[] = {
		"",   "(a)",  "a|b",	"^a",  "a$", "[a",  "[]",	   "[b-a]", "*a",
		"a{", "a{x}", "a{3,2}", "a{2", "\\", "a*a", "[a-z]+[m-z]", ".*x",   "a?b?a",
	};
	const char *why;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_expect_not(field_pattern_is_valid(bad[i], &why), "%s", bad[i]);
}
