/* Unary tests: what the cells of a decision table may say. */
#include <criterion/criterion.h>

#include "table_kit.h"

TestSuite(unary, .init = table_kit_open, .fini = table_kit_close);

static void expect_truth(const char *cell, const char *value, enum screener_truth expected)
{
	struct unary test = cell_of(cell);
	struct feel input = feel_of(value);

	cr_expect_eq(unary_eval(&test, &input), expected, "%s on %s", cell, value);
}

Test(unary, each_form_holds_where_it_should)
{
	expect_truth("-", "5", SCREENER_TRUE);
	expect_truth("18", "18.0", SCREENER_TRUE);
	expect_truth("< 18", "17.999", SCREENER_TRUE);
	expect_truth("<18", "18", SCREENER_FALSE);
	expect_truth("<= 18", "18", SCREENER_TRUE);
	expect_truth(">=-0.1", "-.1", SCREENER_TRUE);
	expect_truth("[1..5]", "5", SCREENER_TRUE);
	expect_truth("[1..5)", "5", SCREENER_FALSE);
	expect_truth("]1..5[", "1", SCREENER_FALSE);
	expect_truth("(1 .. 5]", "1.01", SCREENER_TRUE);
	expect_truth("\"Medium\",\"Low\"", "\"Low\"", SCREENER_TRUE);
	expect_truth("not(\"Medium\",\"Low\")", "\"Low\"", SCREENER_FALSE);
	expect_truth("not([1..3], >7)", "5", SCREENER_TRUE);
	expect_truth("true", "false", SCREENER_FALSE);
	expect_truth(">= date(\"2026-01-13\")", "@\"2026-01-13\"", SCREENER_TRUE);
	expect_truth("[\"a\"..\"c\"]", "\"b\"", SCREENER_TRUE);
}

Test(unary, decimals_are_exact)
{
	expect_truth("0.3", "0.3", SCREENER_TRUE);
	expect_truth("< 0.3", "0.29999999999999", SCREENER_TRUE);
	expect_truth("> 0.1", "0.1", SCREENER_FALSE);
}

Test(unary, the_unknown_is_unknown_but_to_a_dash)
{
	expect_truth("< 65", "null", SCREENER_UNKNOWN);
	expect_truth("not(\"liver\",\"kidney\")", "null", SCREENER_UNKNOWN);
	expect_truth("-", "null", SCREENER_TRUE);
	expect_truth("< 65", "\"young\"", SCREENER_UNKNOWN);
}

static void expect_refused(const char *cell, size_t at)
{
	struct unary test;
	struct feel_error error = {};

	cr_assert_not(unary_parse(table_arena, str_of(cell), &test, &error), "%s was accepted",
		      cell);
	cr_expect_eq(error.at, at, "%s: at %zu, %s", cell, error.at, error.message);
}

Test(unary, what_is_no_unary_test_is_refused_with_its_place)
{
	expect_refused("", 0);
	expect_refused("18 19", 3);
	expect_refused("[5..1]", 0);
	expect_refused("(5..5]", 0);
	expect_refused("[1..\"a\"]", 0);
	expect_refused("1,\"a\"", 2);
	expect_refused("< true", 0);
	expect_refused("age + 1", 0);
	expect_refused("not 5", 4);
	expect_refused("not(5", 5);
	expect_refused("\"open", 0);
	expect_refused("null", 0);
	expect_refused("1.2.3", 0);
	expect_refused("-,5", 0);
	expect_refused("date(\"2026-02-30\")", 5);
}
