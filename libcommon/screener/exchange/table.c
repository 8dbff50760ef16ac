/* Compiling a decision table: limits, ranks and groups of outputs, and columns. */
#include <stdlib.h>

#include "screener/exchange/table_model.h"

/* Rows sorted by their outputs; keys are rows × n_keys numbers. */
struct order {
	const uint32_t *keys;
	size_t n_keys;
};

static struct status invalid(struct table_error *error, int row, int column, const char *message)
{
	*error = (struct table_error){row, column, message};
	return FAIL(TABLE_INVALID);
}

static struct status check_size(const struct table_source *s, struct table_error *error)
{
	size_t ranges = 0;

	for (size_t i = 0; i < s->n_rows * s->n_inputs && s->n_rows <= TABLE_MAX_ROWS &&
			   s->n_inputs <= TABLE_MAX_INPUTS;
	     i++)
		ranges += s->cells[i].n;
	if (s->n_rows <= TABLE_MAX_ROWS && s->n_inputs <= TABLE_MAX_INPUTS &&
	    s->n_outputs <= TABLE_MAX_OUTPUTS && ranges <= TABLE_MAX_RANGES)
		return OK;
	*error = (struct table_error){-1, -1, "The table is too large."};
	return FAIL(TABLE_TOO_LARGE);
}

static struct status check_shape(const struct table_source *s, struct table_error *error)
{
	bool ordered = s->policy == HIT_PRIORITY || s->policy == HIT_OUTPUT_ORDER;
	bool any_values = false;

	if (!s->n_outputs)
		return invalid(error, -1, -1, "The table has no output.");
	if (s->aggregation != AGGREGATE_NONE && (s->policy != HIT_COLLECT || s->n_outputs != 1))
		return invalid(error, -1, -1,
			       "Only a collecting table with one output can be aggregated.");
	for (size_t o = 0; s->values && o < s->n_outputs; o++)
		any_values |= s->values[o].n > 0;
	if (ordered && !any_values)
		return invalid(error, -1, -1,
			       "This hit policy needs the allowed output values, best first.");
	return OK;
}

static struct status check_aggregate(const struct table_source *s, struct table_error *error)
{
	if (s->aggregation == AGGREGATE_NONE || s->aggregation == AGGREGATE_COUNT)
		return OK;
	for (size_t row = 0; row < s->n_rows; row++) {
		enum feel_kind kind = s->outputs[row].kind;

		if (kind != FEEL_NUMBER && (s->aggregation == AGGREGATE_SUM || kind == FEEL_NULL ||
					    kind != s->outputs[0].kind))
			return invalid(error, (int)row, (int)s->n_inputs,
				       "This output cannot be aggregated.");
	}
	return OK;
}

/* Where value stands among the allowed ones; 0 when there are none. */
static bool place_among(const struct table_values *values, const struct feel *value, uint32_t *out)
{
	*out = 0;
	if (!values || !values->n)
		return true;
	for (size_t i = 0; i < values->n; i++)
		if (feel_compare(&values->list[i], value) == 0) {
			*out = (uint32_t)i;
			return true;
		}
	return false;
}

static int compare_rows(const void *a, const void *b, void *arg)
{
	const struct order *order = arg;
	const uint32_t *x = order->keys + *(const uint32_t *)a * order->n_keys;
	const uint32_t *y = order->keys + *(const uint32_t *)b * order->n_keys;

	for (size_t i = 0; i < order->n_keys; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

/* rank[row]: the number of distinct key tuples before the row's. */
static uint32_t *rank_rows(struct arena *arena, struct arena *scratch, struct order order, size_t n)
{
	uint32_t *rows = arena_array_of(scratch, uint32_t, n + 1);
	uint32_t *rank = arena_array_of(arena, uint32_t, n + 1);
	uint32_t next = 0;

	for (size_t i = 0; i < n; i++)
		rows[i] = (uint32_t)i;
	qsort_r(rows, n, sizeof *rows, compare_rows, &order);
	for (size_t i = 0; i < n; i++) {
		if (i && compare_rows(&rows[i - 1], &rows[i], &order) != 0)
			next++;
		rank[rows[i]] = next;
	}
	return rank;
}

static struct status rank_by_priority(struct arena *arena, struct arena *scratch,
				      const struct table_source *s, struct table *table,
				      struct table_error *error)
{
	uint32_t *keys = arena_array_of(scratch, uint32_t, s->n_rows * s->n_outputs + 1);

	for (size_t i = 0; i < s->n_rows * s->n_outputs; i++) {
		size_t output = i % s->n_outputs;

		if (!place_among(s->values ? &s->values[output] : NULL, &s->outputs[i], &keys[i]))
			return invalid(error, (int)(i / s->n_outputs), (int)(s->n_inputs + output),
				       "This output is not among the allowed values.");
	}
	table->rank = rank_rows(arena, scratch, (struct order){keys, s->n_outputs}, s->n_rows);
	return OK;
}

static int compare_outputs(const void *a, const void *b, void *arg)
{
	const struct feel *outputs = arg;

	return feel_compare(&outputs[*(const uint32_t *)a], &outputs[*(const uint32_t *)b]);
}

/* Numbers all outputs so that equal ones have equal numbers, then the rows by their tuples. */
static void group_by_outputs(struct arena *arena, struct arena *scratch,
			     const struct table_source *s, struct table *table)
{
	size_t n = s->n_rows * s->n_outputs;
	uint32_t *at = arena_array_of(scratch, uint32_t, n + 1);
	uint32_t *keys = arena_array_of(scratch, uint32_t, n + 1);
	uint32_t next = 0;

	for (size_t i = 0; i < n; i++)
		at[i] = (uint32_t)i;
	qsort_r(at, n, sizeof *at, compare_outputs, (void *)s->outputs);
	for (size_t i = 0; i < n; i++) {
		if (i && compare_outputs(&at[i - 1], &at[i], (void *)s->outputs) != 0)
			next++;
		keys[at[i]] = next;
	}
	table->group = rank_rows(arena, scratch, (struct order){keys, s->n_outputs}, s->n_rows);
}

static struct status one_kind(const struct row_cells *cells, size_t input,
			      struct table_error *error)
{
	for (uint32_t row = 0; row < cells->n_rows; row++) {
		uint16_t test = cells->of_row[row];

		if (test != ROW_CELL_ANY && cells->tests[test]->kind != cells->tests[0]->kind)
			return invalid(error, (int)row, (int)input,
				       "The cells of this column test values of different kinds.");
	}
	return OK;
}

static struct status compile_column(struct arena *arena, struct arena *scratch,
				    const struct table_source *s, size_t input,
				    struct row_column *out, struct table_error *error)
{
	_Static_assert(TABLE_MAX_ROWS <= ROW_SETS_MAX_ROWS, "rows are numbers in a set");
	const struct unary **tests = arena_array_of(scratch, const struct unary *, s->n_rows + 1);
	uint16_t *of_row = arena_array_of(scratch, uint16_t, s->n_rows + 1);
	struct row_cells cells = {.tests = tests, .of_row = of_row, .n_rows = (uint32_t)s->n_rows};
	struct keep keep = {.scratch = arena};

	for (size_t row = 0; row < s->n_rows; row++) {
		const struct unary *cell = &s->cells[row * s->n_inputs + input];

		of_row[row] = cell->any ? ROW_CELL_ANY : (uint16_t)cells.n_tests;
		if (!cell->any)
			tests[cells.n_tests++] = cell;
	}
	TRY(one_kind(&cells, input, error));
	row_column_compile(&keep, &cells, out);
	return OK;
}

/* The defaults stand as one more row behind the others. */
static const struct feel *place_outputs(struct arena *arena, const struct table_source *s)
{
	size_t n = s->n_rows * s->n_outputs;
	struct feel *outputs = arena_array_of(arena, struct feel, n + s->n_outputs);

	if (n)
		memcpy(outputs, s->outputs, n * sizeof *outputs);
	if (s->defaults)
		memcpy(outputs + n, s->defaults, s->n_outputs * sizeof *outputs);
	return outputs;
}

static struct status compile(struct arena *arena, struct arena *scratch,
			     const struct table_source *source, struct table **out,
			     struct table_error *error)
{
	struct table *table = arena_new_of(arena, struct table);

	*table = (struct table){.n_inputs = source->n_inputs,
				.n_outputs = source->n_outputs,
				.n_rows = source->n_rows,
				.has_default = source->defaults != NULL,
				.policy = source->policy,
				.aggregation = source->aggregation};
	table->columns = arena_array_of(arena, struct row_column, source->n_inputs + 1);
	for (size_t i = 0; i < source->n_inputs; i++)
		TRY(compile_column(arena, scratch, source, i, &table->columns[i], error));
	TRY(rank_by_priority(arena, scratch, source, table, error));
	group_by_outputs(arena, scratch, source, table);
	table->outputs = place_outputs(arena, source);
	*out = table;
	return OK;
}

struct status table_compile(struct arena *arena, const struct table_source *source,
			    struct table **out, struct table_error *error)
{
	struct arena *scratch;
	struct status st;

	TRY(check_size(source, error));
	TRY(check_shape(source, error));
	TRY(check_aggregate(source, error));
	scratch = arena_new(SIZE_MAX);
	st = compile(arena, scratch, source, out, error);
	arena_free(&scratch);
	return st;
}

const struct feel *table_output(const struct table *table, uint32_t row, size_t output)
{
	return &table->outputs[row * table->n_outputs + output];
}

const char *table_verdict_name(enum table_verdict verdict)
{
	static const char *const names[] = {"decided", "no match", "conflict", "undecided",
					    "overflow"};

	return names[verdict];
}
