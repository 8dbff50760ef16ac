/*
 * Evaluating a decision table: the hit policy reads two sets of rows. May the
 * row still be true (possible), and is it true whatever the unknown inputs are
 * (certain)?
 */
#include <stdlib.h>

#include "screener/exchange/table_model.h"

/* Rows of a set, in table order. */
static uint32_t *list_rows(const struct row_sets *sets, const uint64_t *set, size_t n,
			   struct arena *arena)
{
	uint32_t *rows = arena_alloc(arena, (n + 1) * sizeof *rows);
	size_t at = 0;

	for (uint32_t row = row_sets_next(sets, set, 0); row < sets->n_rows;
	     row = row_sets_next(sets, set, row + 1))
		rows[at++] = row;
	return rows;
}

static void decide_row(struct table_result *out, uint32_t row, struct arena *arena)
{
	uint32_t *rows = arena_alloc(arena, sizeof *rows);

	rows[0] = row;
	out->verdict = TABLE_DECIDED;
	out->rows = rows;
	out->n = 1;
}

static void leave_undecided(const struct row_sets *sets, struct table_result *out,
			    struct arena *arena)
{
	out->verdict = TABLE_UNDECIDED;
	out->n = sets->n_possible - sets->n_certain;
	out->rows = list_rows(sets, sets->unknown, out->n, arena);
}

/* All rows of the set before `until` give the same outputs as row. */
static bool all_agree(const struct table *table, const struct row_sets *sets, const uint64_t *set,
		      uint32_t row, uint32_t until)
{
	for (uint32_t i = row_sets_next(sets, set, 0); i < until;
	     i = row_sets_next(sets, set, i + 1))
		if (table->group[i] != table->group[row])
			return false;
	return true;
}

static bool settle_first(const struct table *table, const struct row_sets *sets, uint32_t *row)
{
	*row = row_sets_next(sets, sets->certain, 0);
	return *row < sets->n_rows && all_agree(table, sets, sets->unknown, *row, *row);
}

static bool settle_priority(const struct table *table, const struct row_sets *sets, uint32_t *row)
{
	uint32_t best = UINT32_MAX;

	for (uint32_t i = row_sets_next(sets, sets->certain, 0); i < sets->n_rows;
	     i = row_sets_next(sets, sets->certain, i + 1))
		if (table->rank[i] < best) {
			best = table->rank[i];
			*row = i;
		}
	if (best == UINT32_MAX)
		return false;
	for (uint32_t i = row_sets_next(sets, sets->unknown, 0); i < sets->n_rows;
	     i = row_sets_next(sets, sets->unknown, i + 1))
		if (table->rank[i] <= best && table->group[i] != table->group[*row])
			return false;
	return true;
}

/* Unique and any: a conflict among true rows is one whatever the unknown rows turn out to be. */
static enum table_verdict settle_sole(const struct table *table, const struct row_sets *sets,
				      uint32_t *row)
{
	bool any = table->policy == HIT_ANY;

	*row = row_sets_next(sets, sets->certain, 0);
	if (*row == sets->n_rows)
		return TABLE_UNDECIDED;
	if (any ? !all_agree(table, sets, sets->certain, *row, sets->n_rows) : sets->n_certain > 1)
		return TABLE_CONFLICT;
	if (any ? all_agree(table, sets, sets->unknown, *row, sets->n_rows)
		: sets->n_possible == sets->n_certain)
		return TABLE_DECIDED;
	return TABLE_UNDECIDED;
}

static void eval_single(const struct table *table, const struct row_sets *sets,
			struct table_result *out, struct arena *arena)
{
	uint32_t row = 0;
	enum table_verdict verdict;

	if (table->policy == HIT_FIRST)
		verdict = settle_first(table, sets, &row) ? TABLE_DECIDED : TABLE_UNDECIDED;
	else if (table->policy == HIT_PRIORITY)
		verdict = settle_priority(table, sets, &row) ? TABLE_DECIDED : TABLE_UNDECIDED;
	else
		verdict = settle_sole(table, sets, &row);
	if (verdict == TABLE_DECIDED) {
		decide_row(out, row, arena);
	} else if (verdict == TABLE_UNDECIDED) {
		leave_undecided(sets, out, arena);
	} else {
		out->verdict = verdict;
		out->rows = list_rows(sets, sets->certain, sets->n_certain, arena);
		out->n = sets->n_certain;
	}
}

static int compare_ranks(const void *a, const void *b, void *arg)
{
	const struct table *table = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	uint32_t rank_x = table->rank[x], rank_y = table->rank[y];

	if (rank_x != rank_y)
		return rank_x < rank_y ? -1 : 1;
	return x < y ? -1 : x > y; /* stable: table order among equals */
}

static bool add_up(const struct table *table, const struct table_result *result, struct number *out)
{
	*out = number_of(0);
	for (size_t i = 0; i < result->n; i++)
		if (!number_add(*out, table->outputs[result->rows[i]].number, out))
			return false;
	return true;
}

static void aggregate(const struct table *table, struct table_result *out)
{
	bool least = table->aggregation == AGGREGATE_MIN;

	out->has_aggregate = true;
	if (table->aggregation == AGGREGATE_COUNT || table->aggregation == AGGREGATE_SUM) {
		out->aggregate.kind = FEEL_NUMBER;
		out->aggregate.number = number_of((int64_t)out->n);
		if (table->aggregation == AGGREGATE_SUM &&
		    !add_up(table, out, &out->aggregate.number))
			out->verdict = TABLE_OVERFLOW;
		return;
	}
	out->aggregate = table->outputs[out->rows[0]];
	for (size_t i = 1; i < out->n; i++) {
		int order = feel_compare(&table->outputs[out->rows[i]], &out->aggregate);

		if (least ? order < 0 : order > 0)
			out->aggregate = table->outputs[out->rows[i]];
	}
}

/* Min and max stand when no unknown row could go beyond them. */
static bool extreme_stands(const struct table *table, const struct row_sets *sets,
			   const struct table_result *result)
{
	bool least = table->aggregation == AGGREGATE_MIN;

	if (!least && table->aggregation != AGGREGATE_MAX)
		return false;
	for (uint32_t i = row_sets_next(sets, sets->unknown, 0); i < sets->n_rows;
	     i = row_sets_next(sets, sets->unknown, i + 1)) {
		int order = feel_compare(&table->outputs[i], &result->aggregate);

		if (least ? order < 0 : order > 0)
			return false;
	}
	return true;
}

static void eval_multiple(const struct table *table, const struct row_sets *sets,
			  struct table_result *out, struct arena *arena)
{
	uint32_t *rows = list_rows(sets, sets->certain, sets->n_certain, arena);
	bool all_known = sets->n_possible == sets->n_certain;

	if (table->policy == HIT_OUTPUT_ORDER)
		qsort_r(rows, sets->n_certain, sizeof *rows, compare_ranks, (void *)table);
	out->verdict = TABLE_DECIDED;
	out->rows = rows;
	out->n = sets->n_certain;
	if (table->aggregation != AGGREGATE_NONE &&
	    (out->n || table->aggregation == AGGREGATE_COUNT))
		aggregate(table, out);
	if (all_known || (out->n && extreme_stands(table, sets, out)))
		return;
	out->has_aggregate = false;
	leave_undecided(sets, out, arena);
}

void table_eval(const struct table *table, const struct feel *inputs, struct arena *arena,
		struct table_result *out)
{
	struct row_sets sets = row_sets_new(arena, (uint32_t)table->n_rows);
	uint8_t *truth = arena_alloc(arena, table->n_rows);
	bool counts = table->aggregation == AGGREGATE_COUNT;

	for (size_t i = 0; i < table->n_inputs; i++)
		row_sets_try(&sets, &table->columns[i], &inputs[i]);
	row_sets_finish(&sets);
	row_sets_truths(&sets, truth);
	*out = (struct table_result){.verdict = TABLE_NO_MATCH, .truth = truth};
	if (!sets.n_possible && table->has_default) {
		decide_row(out, (uint32_t)table->n_rows, arena);
		out->is_default = true;
	} else if (sets.n_possible || counts) {
		if (table->policy <= HIT_FIRST)
			eval_single(table, &sets, out, arena);
		else
			eval_multiple(table, &sets, out, arena);
	}
}
