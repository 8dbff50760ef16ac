/*
 * The indexed evaluator is compared with an obvious one on random tables; what
 * it decides with unknown inputs must be what every completion of those inputs
 * gives.
 */
#include <criterion/criterion.h>

#include "random_json.h"
#include "table_kit.h"

TestSuite(table_property, .init = table_kit_open, .fini = table_kit_close);

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
	cell.ranges = arena_array_of(table_arena, struct unary_range, cell.n);
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
	cr_assert(is_ok(table_compile(table_arena, &t->source, &t->table, &error)));
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
		cr_assert_str_eq(table_answer(t->table, inputs), expected);
		return;
	}
	for (uint64_t i = 0; i < DOMAIN; i++) {
		inputs[from] = domain_value(from, i);
		expect_everywhere(t, inputs, from + 1, expected);
	}
	inputs[from] = (struct feel){};
}

Test(table_property, rows_have_the_truth_of_the_obvious_evaluator_and_decisions_are_final)
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
		table_eval(t.table, inputs, table_arena, &result);
		for (size_t row = 0; row < ROWS; row++)
			cr_assert_eq(result.truth[row], obvious_row(&t, row, inputs), "row %zu",
				     row);
		if (result.verdict != TABLE_UNDECIDED) {
			for (size_t k = 0; k < INPUTS; k++)
				decided_with_unknown += inputs[k].kind == FEEL_NULL;
			expect_everywhere(&t, inputs, 0, table_answer(t.table, inputs));
		}
		arena_reset(table_arena, false);
	}
	cr_expect_gt(decided_with_unknown, 100);
}

/* The outputs by their priority, 2 before 3 before 0 before 1, or the first of them alone. */
static const char *in_output_order(const int64_t *out, size_t n, bool first)
{
	struct strbuf buf = strbuf_new(table_arena);

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
	struct strbuf buf = strbuf_new(table_arena);
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
		return arena_printf(table_arena, "%zu", n);
	if (!n)
		return "no match";
	switch (t->source.policy) {
	case HIT_UNIQUE:
		if (n > 1)
			return "conflict";
		return arena_printf(table_arena, "%ld", out[0]);
	case HIT_ANY:
		if (least != most)
			return "conflict";
		return arena_printf(table_arena, "%ld", out[0]);
	case HIT_FIRST: return arena_printf(table_arena, "%ld", out[0]);
	case HIT_PRIORITY: return in_output_order(out, n, true);
	case HIT_OUTPUT_ORDER: return in_output_order(out, n, false);
	case HIT_RULE_ORDER:
	case HIT_COLLECT: break;
	}
	switch (t->source.aggregation) {
	case AGGREGATE_SUM: return arena_printf(table_arena, "%ld", sum);
	case AGGREGATE_MIN: return arena_printf(table_arena, "%ld", least);
	case AGGREGATE_MAX: return arena_printf(table_arena, "%ld", most);
	default: break;
	}
	for (size_t i = 0; i < n; i++)
		strbuf_printf(&buf, "%s%ld", i ? " " : "", out[i]);
	return buf.ptr;
}

Test(table_property, policies_answer_as_the_obvious_evaluator)
{
	struct dice dice = dice_new("random policies");

	for (int i = 0; i < 5000; i++) {
		struct random_table t;
		struct feel inputs[INPUTS];

		roll_table(&dice, &t);
		for (size_t k = 0; k < INPUTS; k++)
			inputs[k] = domain_value(k, dice_roll(&dice, DOMAIN));
		cr_assert_str_eq(table_answer(t.table, inputs), obvious_answer(&t, inputs),
				 "policy %d", t.source.policy);
		arena_reset(table_arena, false);
	}
}
