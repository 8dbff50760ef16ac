/*
 * Decision tables of many rows against a slow scan: each row's cells one after
 * the other, each policy as the standard says it.  Rows are many enough for
 * several words and several sets of a column.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "random_json.h"
#include "screener/exchange/table.h"
#include "screener/program/row_sets.h"

#define MAX_ROWS   700
#define MAX_INPUTS 6

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(SIZE_MAX);
}

static void tear_down(void)
{
	arena_free(&arena);
}

TestSuite(row_sets, .init = set_up, .fini = tear_down);

enum domain { WHOLE, FRACTIONS, DATES, BOOLEANS, TEXTS, N_DOMAINS };

struct random_table {
	size_t n_rows, n_inputs;
	enum domain domains[MAX_INPUTS];
	uint64_t sizes[MAX_INPUTS];
	struct unary *cells;
	struct feel outputs[MAX_ROWS], allowed[4], otherwise;
	struct table_values values;
	struct table_source source;
	struct table *table;
};

static struct feel value_of(enum domain domain, int64_t i)
{
	switch (domain) {
	case WHOLE: return (struct feel){.kind = FEEL_NUMBER, .number = number_of(i)};
	case FRACTIONS:
		/* i/3, in lowest terms */
		return (struct feel){.kind = FEEL_NUMBER,
				     .number = i % 3 ? (struct number){i, 3} : number_of(i / 3)};
	case DATES: return (struct feel){.kind = FEEL_DATE, .date = (date_days)(20000 + i)};
	case BOOLEANS: return (struct feel){.kind = FEEL_BOOLEAN, .boolean = i & 1};
	default:
		return (struct feel){.kind = FEEL_TEXT,
				     .text = str_of(arena_printf(arena, "t%ld", (long)i))};
	}
}

static struct unary_range random_range(struct dice *dice, enum domain domain, uint64_t size)
{
	struct unary_range r = {.lo = value_of(domain, (int64_t)dice_roll(dice, size)),
				.hi = value_of(domain, (int64_t)dice_roll(dice, size)),
				.has_lo = true,
				.has_hi = true};

	if (domain == BOOLEANS || dice_roll(dice, 3) == 0) {
		r.hi = r.lo;
		return r;
	}
	if (feel_compare(&r.lo, &r.hi) > 0) {
		struct feel swapped = r.lo;

		r.lo = r.hi;
		r.hi = swapped;
	}
	r.has_lo = dice_roll(dice, 4);
	r.has_hi = !r.has_lo || dice_roll(dice, 4);
	if (feel_compare(&r.lo, &r.hi) < 0) {
		r.lo_open = dice_roll(dice, 2);
		r.hi_open = dice_roll(dice, 2);
	}
	return r;
}

static struct unary random_cell(struct dice *dice, const struct random_table *t, size_t input)
{
	struct unary cell = {.kind = value_of(t->domains[input], 0).kind,
			     .negated = dice_roll(dice, 5) == 0};

	if (dice_roll(dice, 3) == 0)
		return (struct unary){.any = true};
	cell.n = 1 + (dice_roll(dice, 3) ? 0 : dice_roll(dice, 4));
	cell.ranges = arena_array_of(arena, struct unary_range, cell.n);
	for (size_t i = 0; i < cell.n; i++)
		cell.ranges[i] = random_range(dice, t->domains[input], t->sizes[input]);
	return cell;
}

static struct feel number_feel(int64_t n)
{
	return (struct feel){.kind = FEEL_NUMBER, .number = number_of(n)};
}

static void roll_table(struct dice *dice, struct random_table *t)
{
	static const size_t rows[] = {0, 1, 2, 63, 64, 65, 128, 200, MAX_ROWS};
	struct table_error error;

	*t = (struct random_table){.n_rows = rows[dice_roll(dice, sizeof rows / sizeof *rows)],
				   .n_inputs = 1 + dice_roll(dice, MAX_INPUTS)};
	for (size_t i = 0; i < t->n_inputs; i++) {
		t->domains[i] = dice_roll(dice, N_DOMAINS);
		t->sizes[i] = dice_roll(dice, 2) ? 6 : 2 + dice_roll(dice, 900);
	}
	t->cells = arena_array_of(arena, struct unary, t->n_rows * t->n_inputs + 1);
	for (size_t i = 0; i < t->n_rows * t->n_inputs; i++)
		t->cells[i] = random_cell(dice, t, i % t->n_inputs);
	for (size_t i = 0; i < t->n_rows; i++)
		t->outputs[i] = number_feel((int64_t)dice_roll(dice, dice_roll(dice, 2) ? 4 : 1));
	for (size_t i = 0; i < 4; i++)
		t->allowed[i] = number_feel((int64_t)(i + 2) % 4);
	t->values = (struct table_values){t->allowed, 4};
	t->otherwise = number_feel(9);
	t->source = (struct table_source){.n_inputs = t->n_inputs,
					  .n_outputs = 1,
					  .n_rows = t->n_rows,
					  .cells = t->cells,
					  .outputs = t->outputs,
					  .values = &t->values,
					  .defaults = dice_roll(dice, 4) ? NULL : &t->otherwise,
					  .policy = dice_roll(dice, HIT_COLLECT + 1)};
	if (t->source.policy == HIT_COLLECT)
		t->source.aggregation = dice_roll(dice, AGGREGATE_COUNT + 1);
	cr_assert(is_ok(table_compile(arena, &t->source, &t->table, &error)));
}

/* Also values no cell names, values of another kind, and none. */
static struct feel random_input(struct dice *dice, const struct random_table *t, size_t input)
{
	enum domain domain = t->domains[input];
	int64_t i = (int64_t)dice_roll(dice, t->sizes[input] + 4) - 2;

	if (dice_roll(dice, 6) == 0)
		return (struct feel){};
	if (dice_roll(dice, 30) == 0)
		return value_of((domain + 2) % N_DOMAINS, i);
	if (domain == WHOLE && dice_roll(dice, 3) == 0)
		return value_of(FRACTIONS, i);
	return value_of(domain, i);
}

static enum screener_truth slow_row(const struct random_table *t, size_t row,
				    const struct feel *inputs)
{
	enum screener_truth truth = SCREENER_TRUE;

	for (size_t i = 0; i < t->n_inputs; i++) {
		enum screener_truth cell = unary_eval(&t->cells[row * t->n_inputs + i], &inputs[i]);

		if (cell == SCREENER_FALSE)
			return SCREENER_FALSE;
		if (cell == SCREENER_UNKNOWN)
			truth = SCREENER_UNKNOWN;
	}
	return truth;
}

struct slow {
	const struct random_table *t;
	size_t rows[2][MAX_ROWS], n[2]; /* the true ones, the unknown ones */
};

static int64_t output(const struct slow *s, size_t row)
{
	return s->t->outputs[row].number.num;
}

/* Places 0 to 3 are the outputs 2, 3, 0, 1. */
static int64_t place(const struct slow *s, size_t row)
{
	return (output(s, row) + 2) % 4;
}

static const char *list(const char *what, const size_t *rows, size_t n)
{
	struct strbuf buf = strbuf_new(arena);

	strbuf_add_c(&buf, what);
	for (size_t i = 0; i < n; i++)
		strbuf_printf(&buf, " %zu", rows[i]);
	return strbuf_str(&buf).ptr;
}

/* Is there an unknown row before `until`, not placed after `worst`, that says something else? */
static bool may_differ(const struct slow *s, size_t row, size_t until, int64_t worst)
{
	for (size_t i = 0; i < s->n[1]; i++)
		if (s->rows[1][i] < until && place(s, s->rows[1][i]) <= worst &&
		    output(s, s->rows[1][i]) != output(s, row))
			return true;
	return false;
}

static const char *slow_single(const struct slow *s)
{
	const char *undecided = list("undecided", s->rows[1], s->n[1]);
	size_t hit = s->rows[0][0];
	bool mixed = false;

	if (!s->n[0])
		return undecided;
	for (size_t i = 1; i < s->n[0]; i++) {
		mixed = mixed || output(s, s->rows[0][i]) != output(s, s->rows[0][0]);
		if (s->t->source.policy == HIT_PRIORITY && place(s, s->rows[0][i]) < place(s, hit))
			hit = s->rows[0][i];
	}
	switch (s->t->source.policy) {
	case HIT_UNIQUE:
		if (s->n[0] > 1)
			return list("conflict", s->rows[0], s->n[0]);
		if (s->n[1])
			return undecided;
		break;
	case HIT_ANY:
		if (mixed)
			return list("conflict", s->rows[0], s->n[0]);
		if (may_differ(s, hit, SIZE_MAX, INT64_MAX))
			return undecided;
		break;
	case HIT_PRIORITY:
		if (may_differ(s, hit, SIZE_MAX, place(s, hit)))
			return undecided;
		break;
	default:
		if (may_differ(s, hit, hit, INT64_MAX))
			return undecided;
	}
	return list("decided", &hit, 1);
}

static const char *slow_aggregate(const struct slow *s)
{
	enum aggregation how = s->t->source.aggregation;
	int64_t sum = 0, extreme = 0;

	for (size_t i = 0; i < s->n[0]; i++) {
		int64_t one = output(s, s->rows[0][i]);

		sum += one;
		if (!i || (how == AGGREGATE_MIN ? one < extreme : one > extreme))
			extreme = one;
	}
	if (how == AGGREGATE_COUNT)
		return arena_printf(arena, " = %zu", s->n[0]);
	return s->n[0] ? arena_printf(arena, " = %ld", how == AGGREGATE_SUM ? sum : extreme) : "";
}

static const char *slow_multiple(const struct slow *s)
{
	enum aggregation how = s->t->source.aggregation;
	size_t sorted[MAX_ROWS], n = 0;
	bool beyond = false;

	for (int64_t at = 0; at < 4; at++)
		for (size_t i = 0; i < s->n[0]; i++)
			if (place(s, s->rows[0][i]) == at)
				sorted[n++] = s->rows[0][i];
	for (size_t i = 0; i < s->n[1]; i++) {
		bool inside = false;

		for (size_t k = 0; k < s->n[0]; k++) {
			int64_t known = output(s, s->rows[0][k]), one = output(s, s->rows[1][i]);

			inside = inside || (how == AGGREGATE_MIN && known <= one) ||
				 (how == AGGREGATE_MAX && known >= one);
		}
		beyond = beyond || !inside;
	}
	if (beyond)
		return list("undecided", s->rows[1], s->n[1]);
	return arena_printf(arena, "%s%s",
			    list("decided",
				 s->t->source.policy == HIT_OUTPUT_ORDER ? sorted : s->rows[0],
				 s->n[0]),
			    how == AGGREGATE_NONE ? "" : slow_aggregate(s));
}

static const char *slow_answer(const struct random_table *t, const struct feel *inputs)
{
	struct slow s = {.t = t};

	for (size_t row = 0; row < t->n_rows; row++) {
		enum screener_truth truth = slow_row(t, row, inputs);

		if (truth != SCREENER_FALSE) {
			bool unknown = truth == SCREENER_UNKNOWN;

			s.rows[unknown][s.n[unknown]++] = row;
		}
	}
	if (!s.n[0] && !s.n[1] && t->source.defaults)
		return list("default", &t->n_rows, 1);
	if (!s.n[0] && !s.n[1] && t->source.aggregation != AGGREGATE_COUNT)
		return "no match";
	return t->source.policy <= HIT_FIRST ? slow_single(&s) : slow_multiple(&s);
}

static const char *answer(const struct random_table *t, const struct table_result *result)
{
	struct strbuf buf = strbuf_new(arena);

	strbuf_add_c(&buf, result->is_default ? "default" : table_verdict_name(result->verdict));
	for (size_t i = 0; i < result->n; i++)
		strbuf_printf(&buf, " %u", result->rows[i]);
	if (result->has_aggregate)
		strbuf_printf(&buf, " = %ld", result->aggregate.number.num);
	cr_assert(!result->is_default ||
		  feel_compare(table_output(t->table, result->rows[0], 0), &t->otherwise) == 0);
	return strbuf_str(&buf).ptr;
}

Test(row_sets, tables_of_many_rows_answer_as_a_slow_scan_whatever_is_unknown)
{
	struct dice dice = dice_new("tables of many rows");
	size_t verdicts[TABLE_OVERFLOW + 1] = {};

	for (int i = 0; i < 1500; i++) {
		struct random_table t;

		roll_table(&dice, &t);
		for (int k = 0; k < 8; k++) {
			struct feel inputs[MAX_INPUTS];
			struct table_result result;

			for (size_t input = 0; input < t.n_inputs; input++)
				inputs[input] = random_input(&dice, &t, input);
			table_eval(t.table, inputs, arena, &result);
			for (size_t row = 0; row < t.n_rows; row++)
				cr_assert_eq(result.truth[row], slow_row(&t, row, inputs),
					     "row %zu of %zu", row, t.n_rows);
			cr_assert_str_eq(answer(&t, &result), slow_answer(&t, inputs),
					 "policy %d, %zu rows", t.source.policy, t.n_rows);
			verdicts[result.verdict]++;
		}
		arena_reset(arena, false);
	}
	for (int verdict = TABLE_DECIDED; verdict <= TABLE_UNDECIDED; verdict++)
		cr_expect_gt(verdicts[verdict], 50, "%s", table_verdict_name(verdict));
}

/* Bytes of a column of rows whose cell is made by `range` from the row's number. */
static size_t column_bytes(uint32_t n, struct unary_range (*range)(int64_t))
{
	const struct unary **tests = arena_array_of(arena, const struct unary *, n);
	uint16_t *of_row = arena_array_of(arena, uint16_t, n);
	struct row_cells cells = {tests, of_row, n, n};
	struct keep keep = {.scratch = arena};
	struct row_column column;

	for (uint32_t i = 0; i < n; i++) {
		struct unary_range *one = arena_new_of(arena, struct unary_range);
		struct unary *test = arena_new_of(arena, struct unary);

		*one = range(i);
		*test = (struct unary){.kind = FEEL_NUMBER, .n = 1, .ranges = one};
		tests[i] = test;
		of_row[i] = (uint16_t)i;
	}
	row_column_compile(&keep, &cells, &column);
	return keep.used;
}

static struct unary_range equal_to(int64_t i)
{
	return (struct unary_range){
		.lo = number_feel(i), .hi = number_feel(i), .has_lo = true, .has_hi = true};
}

static struct unary_range below(int64_t i)
{
	return (struct unary_range){.hi = number_feel(i), .has_hi = true, .hi_open = true};
}

static struct unary_range around(int64_t i)
{
	return (struct unary_range){.lo = number_feel(20000 - i),
				    .hi = number_feel(20000 + i),
				    .has_lo = true,
				    .has_hi = true};
}

Test(row_sets, a_column_takes_memory_in_proportion_to_its_ranges)
{
	struct unary_range (*const shapes[])(int64_t) = {equal_to, below, around};

	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		for (uint32_t n = 10; n <= ROW_SETS_MAX_ROWS; n *= 10)
			cr_expect_lt(column_bytes(n, shapes[i]), 256 + 80 * (size_t)n,
				     "shape %zu, %u rows", i, n);
}
