/*
 * Unary tests and hit policies.  The indexed evaluator is compared with an
 * obvious one on random tables; what it decides with unknown inputs must be
 * what every completion of those inputs gives.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "random_json.h"

#include "screener/exchange/table.h"

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(SIZE_MAX);
}

static void tear_down(void)
{
	arena_free(&arena);
}

TestSuite(unary, .init = set_up, .fini = tear_down);
TestSuite(table, .init = set_up, .fini = tear_down);

static struct feel feel_of(const char *text)
{
	struct feel value = {};
	struct feel_error error;

	cr_assert(feel_parse(arena, str_of(text), &value, &error), "%s: %s", text, error.message);
	return value;
}

static struct unary cell_of(const char *text)
{
	struct unary cell = {};
	struct feel_error error;

	cr_assert(unary_parse(arena, str_of(text), &cell, &error), "%s: %s", text, error.message);
	return cell;
}

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

	cr_assert_not(unary_parse(arena, str_of(cell), &test, &error), "%s was accepted", cell);
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

/* ---- a table written as text, for the policies ---- */

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
		cr_assert(feel_parse_list(arena, str_of(w->values), &list, &values.n, &bad));
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
	struct status st = table_compile(arena, &source, &table, &error);

	cr_assert(is_ok(st), "%s", error.message);
	return table;
}

/* "conflict", or the outputs or the aggregate: "1 2". */
static const char *answer(const struct table *table, const struct feel *inputs)
{
	struct table_result result;
	struct strbuf buf = strbuf_new(arena);

	table_eval(table, inputs, arena, &result);
	if (result.verdict != TABLE_DECIDED)
		return table_verdict_name(result.verdict);
	strbuf_add_c(&buf, "");
	for (size_t i = 0; i < (result.has_aggregate ? 1 : result.n); i++) {
		json_t *json =
			feel_to_json(result.has_aggregate ? &result.aggregate
							  : table_output(table, result.rows[i], 0));
		char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

		strbuf_printf(&buf, "%s%s", i ? " " : "", text);
		free(text);
		json_decref(json);
	}
	return strbuf_str(&buf).ptr;
}

static void expect_answer(const struct written *w, const char *input, const char *expected)
{
	struct feel value = feel_of(input);
	const char *got = answer(compile(w), &value);

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

/* ---- random tables ---- */

#define INPUTS 3
#define ROWS   7
#define DOMAIN 6 /* numbers 0, 0.5, ... 2.5, texts "a" to "f" */

static struct feel domain_value(size_t input, uint64_t i)
{
	static const char *const letters[] = {"a", "b", "c", "d", "e", "f"};

	if (input == 1)
		return (struct feel){.kind = FEEL_TEXT, .text = str_of(letters[i])};
	return (struct feel){.kind = FEEL_NUMBER, .number = {(int64_t)i, 1 + (i & 1)}};
}

static struct unary random_cell(struct dice *dice, size_t input)
{
	struct unary cell = {.kind = domain_value(input, 0).kind,
			     .negated = dice_roll(dice, 4) == 0};

	if (dice_roll(dice, 4) == 0)
		return (struct unary){.any = true};
	cell.n = 1 + dice_roll(dice, 3);
	cell.ranges = arena_array_of(arena, struct unary_range, cell.n);
	for (size_t i = 0; i < cell.n; i++) {
		struct unary_range *r = &cell.ranges[i];

		r->lo = domain_value(input, dice_roll(dice, DOMAIN));
		r->hi = domain_value(input, dice_roll(dice, DOMAIN));
		r->has_lo = dice_roll(dice, 4);
		r->has_hi = !r->has_lo || dice_roll(dice, 4);
		if (feel_compare(&r->lo, &r->hi) > 0) {
			struct feel swapped = r->lo;

			r->lo = r->hi;
			r->hi = swapped;
		}
		bool wide = feel_compare(&r->lo, &r->hi) < 0;

		r->lo_open = wide && dice_roll(dice, 2);
		r->hi_open = wide && dice_roll(dice, 2);
	}
	return cell;
}

struct random_table {
	struct unary cells[ROWS * INPUTS];
	struct feel outputs[ROWS], allowed[4];
	struct table_values values;
	struct table_source source;
	struct table *table;
};

static void roll_table(struct dice *dice, struct random_table *t)
{
	struct table_error error;

	for (size_t i = 0; i < (size_t)ROWS * INPUTS; i++)
		t->cells[i] = random_cell(dice, i % INPUTS);
	for (size_t i = 0; i < ROWS; i++)
		t->outputs[i] = (struct feel){.kind = FEEL_NUMBER,
					      .number = number_of((int64_t)dice_roll(dice, 4))};
	for (size_t i = 0; i < 4; i++)
		t->allowed[i] = (struct feel){.kind = FEEL_NUMBER,
					      .number = number_of((int64_t)(i + 2) % 4)};
	t->values = (struct table_values){t->allowed, 4};
	t->source = (struct table_source){.n_inputs = INPUTS,
					  .n_outputs = 1,
					  .n_rows = ROWS,
					  .cells = t->cells,
					  .outputs = t->outputs,
					  .values = &t->values,
					  .policy = dice_roll(dice, HIT_COLLECT + 1)};
	if (t->source.policy == HIT_COLLECT)
		t->source.aggregation = dice_roll(dice, AGGREGATE_COUNT + 1);
	cr_assert(is_ok(table_compile(arena, &t->source, &t->table, &error)));
}

static enum screener_truth obvious_row(const struct random_table *t, size_t row,
				       const struct feel *inputs)
{
	enum screener_truth truth = SCREENER_TRUE;

	for (size_t i = 0; i < INPUTS; i++) {
		enum screener_truth cell = unary_eval(&t->cells[row * INPUTS + i], &inputs[i]);

		if (cell == SCREENER_FALSE)
			return SCREENER_FALSE;
		if (cell == SCREENER_UNKNOWN)
			truth = SCREENER_UNKNOWN;
	}
	return truth;
}

/* Every input that is null gets every value in turn; each answer must be `expected`. */
static void expect_everywhere(const struct random_table *t, struct feel *inputs, size_t from,
			      const char *expected)
{
	while (from < INPUTS && inputs[from].kind != FEEL_NULL)
		from++;
	if (from == INPUTS) {
		cr_assert_str_eq(answer(t->table, inputs), expected);
		return;
	}
	for (uint64_t i = 0; i < DOMAIN; i++) {
		inputs[from] = domain_value(from, i);
		expect_everywhere(t, inputs, from + 1, expected);
	}
	inputs[from] = (struct feel){};
}

Test(table, rows_have_the_truth_of_the_obvious_evaluator_and_decisions_are_final)
{
	struct dice dice = dice_new("random tables");
	size_t decided_with_unknown = 0;

	for (int i = 0; i < 3000; i++) {
		struct random_table t;
		struct feel inputs[INPUTS];
		struct table_result result;

		roll_table(&dice, &t);
		for (size_t k = 0; k < INPUTS; k++)
			inputs[k] = dice_roll(&dice, 3) ? domain_value(k, dice_roll(&dice, DOMAIN))
							: (struct feel){};
		table_eval(t.table, inputs, arena, &result);
		for (size_t row = 0; row < ROWS; row++)
			cr_assert_eq(result.truth[row], obvious_row(&t, row, inputs), "row %zu",
				     row);
		if (result.verdict != TABLE_UNDECIDED) {
			for (size_t k = 0; k < INPUTS; k++)
				decided_with_unknown += inputs[k].kind == FEEL_NULL;
			expect_everywhere(&t, inputs, 0, answer(t.table, inputs));
		}
		arena_reset(arena, false);
	}
	cr_expect_gt(decided_with_unknown, 100);
}

/* The outputs by their priority, 2 before 3 before 0 before 1, or the first of them alone. */
static const char *in_output_order(const int64_t *out, size_t n, bool first)
{
	struct strbuf buf = strbuf_new(arena);

	for (int64_t best = 2; best < 6; best++)
		for (size_t i = 0; i < n && !(first && buf.len); i++)
			if (out[i] == best % 4)
				strbuf_printf(&buf, "%s%ld", buf.len ? " " : "", out[i]);
	return strbuf_str(&buf).ptr;
}

/* The policies themselves, on known inputs, by an evaluator that only reads truths. */
static const char *obvious_answer(const struct random_table *t, const struct feel *inputs)
{
	size_t hits[ROWS], n = 0;
	struct strbuf buf = strbuf_new(arena);
	int64_t out[ROWS], sum = 0, least = 9, most = -1;

	for (size_t row = 0; row < ROWS; row++)
		if (obvious_row(t, row, inputs) == SCREENER_TRUE)
			hits[n++] = row;
	strbuf_add_c(&buf, "");
	for (size_t i = 0; i < n; i++) {
		out[i] = t->outputs[hits[i]].number.num;
		sum += out[i];
		least = out[i] < least ? out[i] : least;
		most = out[i] > most ? out[i] : most;
	}
	if (t->source.aggregation == AGGREGATE_COUNT)
		return arena_printf(arena, "%zu", n);
	if (!n)
		return "no match";
	switch (t->source.policy) {
	case HIT_UNIQUE:
		if (n > 1)
			return "conflict";
		return arena_printf(arena, "%ld", out[0]);
	case HIT_ANY:
		if (least != most)
			return "conflict";
		return arena_printf(arena, "%ld", out[0]);
	case HIT_FIRST: return arena_printf(arena, "%ld", out[0]);
	case HIT_PRIORITY: return in_output_order(out, n, true);
	case HIT_OUTPUT_ORDER: return in_output_order(out, n, false);
	case HIT_RULE_ORDER:
	case HIT_COLLECT: break;
	}
	switch (t->source.aggregation) {
	case AGGREGATE_SUM: return arena_printf(arena, "%ld", sum);
	case AGGREGATE_MIN: return arena_printf(arena, "%ld", least);
	case AGGREGATE_MAX: return arena_printf(arena, "%ld", most);
	default: break;
	}
	for (size_t i = 0; i < n; i++)
		strbuf_printf(&buf, "%s%ld", i ? " " : "", out[i]);
	return buf.ptr;
}

Test(table, policies_answer_as_the_obvious_evaluator)
{
	struct dice dice = dice_new("random policies");

	for (int i = 0; i < 5000; i++) {
		struct random_table t;
		struct feel inputs[INPUTS];

		roll_table(&dice, &t);
		for (size_t k = 0; k < INPUTS; k++)
			inputs[k] = domain_value(k, dice_roll(&dice, DOMAIN));
		cr_assert_str_eq(answer(t.table, inputs), obvious_answer(&t, inputs), "policy %d",
				 t.source.policy);
		arena_reset(arena, false);
	}
}

Test(table, what_cannot_be_compiled_says_where)
{
	struct unary cells[] = {cell_of("1"), cell_of("\"a\"")};
	struct feel outputs[] = {feel_of("1"), feel_of("2")};
	struct table_source source = {
		.n_inputs = 1, .n_outputs = 1, .n_rows = 2, .cells = cells, .outputs = outputs};
	struct table *table = NULL;
	struct table_error error = {};

	cr_expect_str_eq(reason_name(table_compile(arena, &source, &table, &error).reason),
			 "TABLE_INVALID");
	cr_expect_eq(error.row, 1);
	cr_expect_eq(error.column, 0);
	cells[1] = cell_of("2");
	source.policy = HIT_PRIORITY;
	cr_expect_str_eq(reason_name(table_compile(arena, &source, &table, &error).reason),
			 "TABLE_INVALID");
	source.policy = HIT_FIRST;
	source.n_rows = TABLE_MAX_ROWS + 1;
	cr_expect_str_eq(reason_name(table_compile(arena, &source, &table, &error).reason),
			 "TABLE_TOO_LARGE");
	cr_expect_null(table);
}
