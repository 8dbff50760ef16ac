/*
 * Evaluating a decision table.  Rows are first tried column by column in plain
 * loops over bytes; then the hit policy reads the two results: may the row still
 * be true (possible), and is it true whatever the unknown inputs are (certain)?
 */
#include "screener/table_index.h"

#include <stdlib.h>

struct tried {
	uint8_t *possible, *certain; /* 0 or 1 per row; certain implies possible */
	size_t n_possible, n_certain;
};

/* Most rows are out after a column or two: whole blocks of them are passed over. */
static bool any_possible(const uint8_t *block)
{
	uint64_t words[TABLE_LANES / sizeof(uint64_t)];

	_Static_assert(sizeof words == 16, "two words");
	memcpy(words, block, sizeof words);
	return (words[0] | words[1]) != 0;
}

/* Columns without a cell of several ranges, which are most. */
static void try_plain(size_t n, uint32_t position, const uint32_t *restrict lo,
		      const uint32_t *restrict width, uint8_t *restrict possible,
		      uint8_t *restrict certain)
{
	for (size_t row = 0; row < n; row += TABLE_LANES) {
		if (!any_possible(possible + row))
			continue;
		for (size_t k = row; k < row + TABLE_LANES; k++) {
			uint8_t match = position - lo[k] <= width[k];

			possible[k] &= match;
			certain[k] &= match;
		}
	}
}

static void try_with_extras(size_t n, const struct table_column *column, uint32_t position,
			    uint8_t *match, struct tried *tried)
{
	memset(match, 1, n);
	try_plain(n, position, column->lo, column->width, match, match + n);
	for (size_t i = 0; i < column->n_extras; i++) {
		const struct table_extra *extra = &column->extras[i];

		match[extra->row] |= position - extra->lo <= extra->width;
	}
	for (size_t row = 0; row < n; row++) {
		tried->possible[row] &= match[row];
		tried->certain[row] &= match[row];
	}
}

static void try_known(const struct table *table, const struct table_column *column,
		      const struct feel *value, uint8_t *match, struct tried *tried)
{
	uint32_t position = table_position(column, value);

	if (column->n_extras)
		try_with_extras(table->n_padded, column, position, match, tried);
	else
		try_plain(table->n_padded, position, column->lo, column->width, tried->possible,
			  tried->certain);
}

static void try_unknown(const struct table *table, const struct table_column *column,
			struct tried *tried)
{
	for (size_t row = 0; row < table->n_padded; row += TABLE_LANES)
		for (size_t k = row; k < row + TABLE_LANES; k++)
			tried->certain[k] &= column->any[k];
}

static struct tried try_rows(const struct table *table, const struct feel *inputs,
			     struct arena *arena)
{
	struct tried tried = {};
	uint8_t *match = arena_calloc(arena, 2, table->n_padded);

	tried.possible = arena_alloc(arena, table->n_padded);
	tried.certain = arena_alloc(arena, table->n_padded);
	memset(tried.possible, 1, table->n_padded);
	memset(tried.certain, 1, table->n_padded);
	for (size_t i = 0; i < table->n_inputs; i++) {
		const struct table_column *column = &table->columns[i];

		if (column->kind == FEEL_NULL)
			continue;
		if (inputs[i].kind == column->kind)
			try_known(table, column, &inputs[i], match, &tried);
		else
			try_unknown(table, column, &tried);
	}
	for (size_t row = 0; row < table->n_rows; row++) {
		tried.n_possible += tried.possible[row];
		tried.n_certain += tried.certain[row];
	}
	return tried;
}

/* Rows of a byte map, in table order. */
static uint32_t *list_rows(const struct table *table, const uint8_t *map, const uint8_t *except,
			   size_t n, struct arena *arena)
{
	uint32_t *rows = arena_alloc(arena, (n + 1) * sizeof *rows);
	size_t at = 0;

	for (size_t row = 0; row < table->n_rows; row++)
		if (map[row] && !(except && except[row]))
			rows[at++] = (uint32_t)row;
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

static void leave_undecided(const struct table *table, const struct tried *tried,
			    struct table_result *out, struct arena *arena)
{
	out->verdict = TABLE_UNDECIDED;
	out->n = tried->n_possible - tried->n_certain;
	out->rows = list_rows(table, tried->possible, tried->certain, out->n, arena);
}

/* All unknown rows for which `matters` holds give the same outputs as row. */
static bool unknown_agree(const struct table *table, const struct tried *tried, uint32_t row,
			  size_t until)
{
	for (size_t i = 0; i < until; i++)
		if (tried->possible[i] && !tried->certain[i] &&
		    table->group[i] != table->group[row])
			return false;
	return true;
}

static bool settle_first(const struct table *table, const struct tried *tried, uint32_t *row)
{
	const uint8_t *found = memchr(tried->certain, 1, table->n_rows);

	if (!found)
		return false;
	*row = (uint32_t)(found - tried->certain);
	return unknown_agree(table, tried, *row, *row);
}

static bool settle_priority(const struct table *table, const struct tried *tried, uint32_t *row)
{
	uint32_t best = UINT32_MAX;

	for (size_t i = 0; i < table->n_rows; i++)
		if (tried->certain[i] && table->rank[i] < best) {
			best = table->rank[i];
			*row = (uint32_t)i;
		}
	if (best == UINT32_MAX)
		return false;
	for (size_t i = 0; i < table->n_rows; i++)
		if (tried->possible[i] && !tried->certain[i] && table->rank[i] <= best &&
		    table->group[i] != table->group[*row])
			return false;
	return true;
}

/* Unique and any: a conflict among true rows is one whatever the unknown rows turn out to be. */
static enum table_verdict settle_sole(const struct table *table, const struct tried *tried,
				      uint32_t *row)
{
	bool any = table->policy == HIT_ANY;
	const uint8_t *found = memchr(tried->certain, 1, table->n_rows);

	if (!found)
		return TABLE_UNDECIDED;
	*row = (uint32_t)(found - tried->certain);
	if (!any && tried->n_certain > 1)
		return TABLE_CONFLICT;
	for (size_t i = *row; any && i < table->n_rows; i++)
		if (tried->certain[i] && table->group[i] != table->group[*row])
			return TABLE_CONFLICT;
	if (any ? unknown_agree(table, tried, *row, table->n_rows)
		: tried->n_possible == tried->n_certain)
		return TABLE_DECIDED;
	return TABLE_UNDECIDED;
}

static void eval_single(const struct table *table, const struct tried *tried,
			struct table_result *out, struct arena *arena)
{
	uint32_t row = 0;
	enum table_verdict verdict;

	if (table->policy == HIT_FIRST)
		verdict = settle_first(table, tried, &row) ? TABLE_DECIDED : TABLE_UNDECIDED;
	else if (table->policy == HIT_PRIORITY)
		verdict = settle_priority(table, tried, &row) ? TABLE_DECIDED : TABLE_UNDECIDED;
	else
		verdict = settle_sole(table, tried, &row);
	if (verdict == TABLE_DECIDED) {
		decide_row(out, row, arena);
	} else if (verdict == TABLE_UNDECIDED) {
		leave_undecided(table, tried, out, arena);
	} else {
		out->verdict = verdict;
		out->rows = list_rows(table, tried->certain, NULL, tried->n_certain, arena);
		out->n = tried->n_certain;
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
static bool extreme_stands(const struct table *table, const struct tried *tried,
			   const struct table_result *result)
{
	bool least = table->aggregation == AGGREGATE_MIN;

	if (!least && table->aggregation != AGGREGATE_MAX)
		return false;
	for (size_t i = 0; i < table->n_rows; i++) {
		if (!tried->possible[i] || tried->certain[i])
			continue;
		int order = feel_compare(&table->outputs[i], &result->aggregate);

		if (least ? order < 0 : order > 0)
			return false;
	}
	return true;
}

static void eval_multiple(const struct table *table, const struct tried *tried,
			  struct table_result *out, struct arena *arena)
{
	uint32_t *rows = list_rows(table, tried->certain, NULL, tried->n_certain, arena);
	bool all_known = tried->n_possible == tried->n_certain;

	if (table->policy == HIT_OUTPUT_ORDER)
		qsort_r(rows, tried->n_certain, sizeof *rows, compare_ranks, (void *)table);
	out->verdict = TABLE_DECIDED;
	out->rows = rows;
	out->n = tried->n_certain;
	if (table->aggregation != AGGREGATE_NONE &&
	    (out->n || table->aggregation == AGGREGATE_COUNT))
		aggregate(table, out);
	if (all_known || (out->n && extreme_stands(table, tried, out)))
		return;
	out->has_aggregate = false;
	leave_undecided(table, tried, out, arena);
}

static void fill_truth(const struct table *table, const struct tried *tried,
		       struct table_result *out, struct arena *arena)
{
	uint8_t *truth = arena_alloc(arena, table->n_padded);

	_Static_assert(SCREENER_TRUE == 1 && SCREENER_UNKNOWN == 2, "computed below");
	for (size_t row = 0; row < table->n_padded; row++)
		truth[row] = (uint8_t)(2 * tried->possible[row] - tried->certain[row]);
	out->truth = truth;
}

void table_eval(const struct table *table, const struct feel *inputs, struct arena *arena,
		struct table_result *out)
{
	struct tried tried = try_rows(table, inputs, arena);
	bool counts = table->aggregation == AGGREGATE_COUNT;

	*out = (struct table_result){.verdict = TABLE_NO_MATCH};
	fill_truth(table, &tried, out, arena);
	if (!tried.n_possible && table->has_default) {
		decide_row(out, (uint32_t)table->n_rows, arena);
		out->is_default = true;
	} else if (tried.n_possible || counts) {
		if (table->policy <= HIT_FIRST)
			eval_single(table, &tried, out, arena);
		else
			eval_multiple(table, &tried, out, arena);
	}
}
