#include "http/uri.h"

#include <criterion/criterion.h>

#include "base/arena.h"

static const struct {
	const char *raw;
	bool plus;
	const char *text; /* NULL: refused */
} cases[] = {
	{"", false, ""},
	{"plain-text_1.2~", false, "plain-text_1.2~"},
	{"a%20b", false, "a b"},
	{"a+b", false, "a+b"},
	{"a+b%2B", true, "a b+"},
	{"a%2Fb%2fc", false, "a/b/c"},
	{"%C3%A9", false, "\xc3\xa9"},
	{"%c3%a9", false, "\xc3\xa9"},
	{"%2525", false, "%25"},
	{"%", false, NULL},
	{"%4", false, NULL},
	{"a%4g", false, NULL},
	{"%00", false, NULL},
	{"a%00b", false, NULL},
	{"%ff", false, NULL},
	{"%c0%80", false, NULL},
	{"%ed%a0%80", false, NULL},
	{"\xff", false, NULL},
	{"%C3", false, NULL},
};

Test(uri, segments_and_values_are_decoded_once_and_strictly)
{
	struct arena *arena = arena_new(1 << 16);

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct str text = {};
		bool taken = uri_decode(arena, str_of(cases[i].raw), cases[i].plus, &text);

		cr_expect(taken == (cases[i].text != NULL), "%s", cases[i].raw);
		if (taken && cases[i].text)
			cr_expect(str_eq_c(text, cases[i].text), "%s", cases[i].raw);
	}
	cr_expect_not(uri_decode(arena, STR("a\0b"), false, &(struct str){}));
	cr_expect_not(uri_decode(arena, STR("a\0%20"), false, &(struct str){}));
	arena_free(&arena);
}

Test(uri, queries_are_cut_into_names_and_values)
{
	struct str query = STR("&a=1&&b&c=&=d&e=f=g&"), name, value;
	static const char *const expected[][2] = {
		{"a", "1"}, {"b", ""}, {"c", ""}, {"", "d"}, {"e", "f=g"}};
	size_t n = 0;

	for (; uri_query_next(&query, &name, &value); n++) {
		cr_assert_lt(n, 5);
		cr_expect(str_eq_c(name, expected[n][0]));
		cr_expect(str_eq_c(value, expected[n][1]));
	}
	cr_expect_eq(n, 5);
}
