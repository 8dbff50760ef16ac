/* Hit policies, on tables written as text. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "table_kit.h"

TestSuite(table, .init = table_kit_open, .fini = table_kit_close);

struct written {
	enum hit_policy policy;
	enum aggregation aggregation;
	const char *values, *otherwise;
	const char *rows[8][2]; /* cell, output */
};

static struct table *compile(const struct written *w)
{
	struct unary cells[8];
	struct feel outputs[8], otherwise;
	struct table_values values = {};
	struct table *table = NULL;
	struct table_error error = {};
	struct feel_error bad;
	struct feel *list = NULL;
	size_t n = 0;

	for (; n < 8 && w->rows[n][0]; n++) {
		cells[n] = cell_of(w->rows[n][0]);
		outputs[n] = feel_of(w->rows[n][1]);
	}
	if (w->values) {
		cr_assert(feel_parse_list(table_arena, str_of(w->values), &list, &values.n, &bad));
		values.list = list;
	}
	if (w->otherwise)
		otherwise = feel_of(w->otherwise);
	struct table_source source = {.n_inputs = 1,
				      .n_outputs = 1,
				      .n_rows = n,
				      .cells = cells,
				      .outputs = outputs,
				      .values = w->values ? &values : NULL,
				      .defaults = w->otherwise ? &otherwise : NULL,
				      .policy = w->policy,
				      .aggregation = w->aggregation};
	struct status st = table_compile(table_arena, &source, &table, &error);

	cr_assert(is_ok(st), "%s", error.message);
	return table;
}

static void expect_answer(const struct written *w, const char *input, const char *expected)
{
	struct feel value = feel_of(input);
	const char *got = table_answer(compile(w), &value);

	cr_expect_str_eq(got, expected, "on %s: %s, not %s", input, got, expected);
}

Test(table, unique_takes_the_only_row_and_reports_two)
{
	struct written w = {.policy = HIT_UNIQUE,
			    .rows = {{"<5", "1"}, {"[5..9]", "2"}, {">8", "3"}}};

	expect_answer(&w, "4", "1");
	expect_answer(&w, "9", "conflict");
	expect_answer(&w, "null", "undecided");
}

Test(table, any_lets_rows_agree)
{
	struct written w = {.policy = HIT_ANY, .rows = {{"<9", "1"}, {">4", "1"}, {">6", "2"}}};

	expect_answer(&w, "5", "1");
	expect_answer(&w, "7", "conflict");
	expect_answer(&w, "null", "undecided");
}

Test(table, first_stands_when_what_is_unknown_says_the_same)
{
	struct written w = {.policy = HIT_FIRST, .rows = {{">4", "1"}, {"-", "1"}, {">0", "2"}}};

	expect_answer(&w, "null", "1");
	w.rows[0][1] = "2";
	expect_answer(&w, "null", "undecided");
}

Test(table, priority_takes_the_value_listed_first)
{
	struct written w = {.policy = HIT_PRIORITY,
			    .values = "\"no\",\"yes\"",
			    .rows = {{">1", "\"yes\""}, {">5", "\"no\""}, {"-", "\"yes\""}}};

	expect_answer(&w, "3", "\"yes\"");
	expect_answer(&w, "6", "\"no\"");
	expect_answer(&w, "null", "undecided");
	w.rows[2][1] = "\"no\"";
	expect_answer(&w, "null", "\"no\"");
}

Test(table, lists_come_in_the_order_of_rules_or_of_outputs)
{
	struct written w = {.policy = HIT_RULE_ORDER,
			    .values = "3,2,1",
			    .rows = {{">1", "1"}, {">2", "3"}, {">3", "2"}, {">4", "3"}}};

	expect_answer(&w, "4", "1 3 2");
	w.policy = HIT_OUTPUT_ORDER;
	expect_answer(&w, "5", "3 3 2 1");
	expect_answer(&w, "0", "no match");
}

Test(table, collected_rows_are_added_up_exactly)
{
	struct written w = {.policy = HIT_COLLECT,
			    .aggregation = AGGREGATE_SUM,
			    .rows = {{">1", "0.1"}, {">2", "0.2"}, {">3", "0.3"}}};

	expect_answer(&w, "4", "0.6");
	expect_answer(&w, "1", "no match");
	w.aggregation = AGGREGATE_COUNT;
	expect_answer(&w, "3", "2");
	expect_answer(&w, "1", "0");
	w.aggregation = AGGREGATE_MIN;
	expect_answer(&w, "4", "0.1");
	w.aggregation = AGGREGATE_MAX;
	expect_answer(&w, "4", "0.3");
	expect_answer(&w, "null", "undecided");
	w.aggregation = AGGREGATE_NONE;
	expect_answer(&w, "3", "0.1 0.2");
}

Test(table, a_maximum_stands_when_nothing_unknown_exceeds_it)
{
	struct written w = {.policy = HIT_COLLECT,
			    .aggregation = AGGREGATE_MAX,
			    .rows = {{"-", "7"}, {">2", "3"}, {">3", "7"}}};

	expect_answer(&w, "null", "7");
}

Test(table, a_sum_that_does_not_fit_is_said)
{
	struct written w = {.policy = HIT_COLLECT,
			    .aggregation = AGGREGATE_SUM,
			    .rows = {{"-", "9007199254740991"}, {"-", "0.000000000000001"}}};

	expect_answer(&w, "1", "overflow");
}

Test(table, the_default_is_for_no_match_only)
{
	struct written w = {.policy = HIT_UNIQUE, .otherwise = "9", .rows = {{"<5", "1"}}};

	expect_answer(&w, "3", "1");
	expect_answer(&w, "5", "9");
	expect_answer(&w, "null", "undecided");
}

Test(table, what_cannot_be_compiled_says_where)
{
	struct unary cells[] = {cell_of("1"), cell_of("\"a\"")};
	struct feel outputs[] = {feel_of("1"), feel_of("2")};
	struct table_source source = {
		.n_inputs = 1, .n_outputs = 1, .n_rows = 2, .cells = cells, .outputs = outputs};
	struct table *table = NULL;
	struct table_error error = {};

	cr_expect_str_eq(reason_name(table_compile(table_arena, &source, &table, &error).reason),
			 "TABLE_INVALID");
	cr_expect_eq(error.row, 1);
	cr_expect_eq(error.column, 0);
	cells[1] = cell_of("2");
	source.policy = HIT_PRIORITY;
	cr_expect_str_eq(reason_name(table_compile(table_arena, &source, &table, &error).reason),
			 "TABLE_INVALID");
	source.policy = HIT_FIRST;
	source.n_rows = TABLE_MAX_ROWS + 1;
	cr_expect_str_eq(reason_name(table_compile(table_arena, &source, &table, &error).reason),
			 "TABLE_TOO_LARGE");
	cr_expect_null(table);
}
