/* Columns of a decision table as ranks: sorted marks and ranges of positions. */
#include "screener/table_index.h"

#include <stdlib.h>

struct span {
	uint32_t lo, hi; /* positions, both included */
};

static int compare_marks(const void *a, const void *b)
{
	return feel_compare(a, b);
}

static const struct unary *cell_of(const struct table_source *source, size_t row, size_t input)
{
	return &source->cells[row * source->n_inputs + input];
}

static struct status settle_kind(const struct table_source *source, size_t input, size_t *n_ranges,
				 enum feel_kind *kind, struct table_error *error)
{
	*kind = FEEL_NULL;
	*n_ranges = 0;
	for (size_t row = 0; row < source->n_rows; row++) {
		const struct unary *cell = cell_of(source, row, input);

		*n_ranges += cell->n;
		if (cell->any || cell->kind == *kind)
			continue;
		if (*kind != FEEL_NULL) {
			*error = (struct table_error){(int)row, (int)input,
						      "The cells of this column test values of "
						      "different kinds."};
			return FAIL(INVALID_ARGUMENT, "TABLE_INVALID");
		}
		*kind = cell->kind;
	}
	return OK;
}

static void collect_marks(const struct table_source *source, size_t input,
			  struct table_column *column)
{
	uint32_t n = 0;

	for (size_t row = 0; row < source->n_rows; row++) {
		const struct unary *cell = cell_of(source, row, input);

		for (size_t i = 0; i < cell->n; i++) {
			if (cell->ranges[i].has_lo)
				column->marks[n++] = cell->ranges[i].lo;
			if (cell->ranges[i].has_hi)
				column->marks[n++] = cell->ranges[i].hi;
		}
	}
	if (n)
		qsort(column->marks, n, sizeof *column->marks, compare_marks);
	column->n_marks = 0;
	for (uint32_t i = 0; i < n; i++)
		if (!column->n_marks ||
		    feel_compare(&column->marks[column->n_marks - 1], &column->marks[i]) != 0)
			column->marks[column->n_marks++] = column->marks[i];
}

uint32_t table_position(const struct table_column *column, const struct feel *value)
{
	uint32_t lo = 0, hi = column->n_marks;

	while (lo < hi) {
		uint32_t middle = lo + (hi - lo) / 2;
		int order = feel_compare(&column->marks[middle], value);

		if (order == 0)
			return 2 * middle + 1;
		if (order < 0)
			lo = middle + 1;
		else
			hi = middle;
	}
	return 2 * lo;
}

static int compare_spans(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->lo > y->lo) - (x->lo < y->lo);
}

/* The cell's ranges as positions, sorted and merged where they touch. */
static size_t spans_of(const struct table_column *column, const struct unary *cell,
		       struct span *spans)
{
	size_t n = 0, merged = 0;

	for (size_t i = 0; i < cell->n; i++) {
		const struct unary_range *range = &cell->ranges[i];
		struct span span = {.lo = 0, .hi = 2 * column->n_marks};

		if (range->has_lo)
			span.lo = table_position(column, &range->lo) + range->lo_open;
		if (range->has_hi)
			span.hi = table_position(column, &range->hi) - range->hi_open;
		spans[n++] = span;
	}
	qsort(spans, n, sizeof *spans, compare_spans);
	for (size_t i = 0; i < n; i++)
		if (merged && spans[i].lo <= spans[merged - 1].hi + 1) {
			if (spans[i].hi > spans[merged - 1].hi)
				spans[merged - 1].hi = spans[i].hi;
		} else {
			spans[merged++] = spans[i];
		}
	return merged;
}

/* What the spans leave out; in place, for there is at most one more. */
static size_t complement(struct span *spans, size_t n, uint32_t last)
{
	uint32_t from = 0;
	size_t out = 0;
	bool open = true;

	for (size_t i = 0; i < n; i++) {
		struct span span = spans[i];

		if (span.lo > from)
			spans[out++] = (struct span){from, span.lo - 1};
		open = span.hi < last;
		from = span.hi + 1;
	}
	if (open)
		spans[out++] = (struct span){from, last};
	return out;
}

static void index_cell(struct table_column *column, const struct unary *cell, uint32_t row,
		       struct span *spans)
{
	size_t n;

	column->any[row] = cell->any;
	if (cell->any) {
		column->width[row] = TABLE_ALWAYS_WIDTH;
		return;
	}
	n = spans_of(column, cell, spans);
	if (cell->negated)
		n = complement(spans, n, 2 * column->n_marks);
	column->lo[row] = n ? spans[0].lo : TABLE_NEVER_LO;
	column->width[row] = n ? spans[0].hi - spans[0].lo : 0;
	for (size_t i = 1; i < n; i++)
		column->extras[column->n_extras++] =
			(struct table_extra){row, spans[i].lo, spans[i].hi - spans[i].lo};
}

struct status table_index_column(struct arena *arena, const struct table_source *source,
				 size_t input, struct table_column *out, struct table_error *error)
{
	size_t padded = (source->n_rows + TABLE_LANES - 1) / TABLE_LANES * TABLE_LANES, n_ranges;
	struct table_column column = {};
	struct span *spans;

	TRY(settle_kind(source, input, &n_ranges, &column.kind, error));
	column.marks = arena_array_of(arena, struct feel, 2 * n_ranges + 1);
	column.lo = arena_array_of(arena, uint32_t, padded);
	column.width = arena_array_of(arena, uint32_t, padded);
	column.any = arena_array_of(arena, uint8_t, padded);
	column.extras = arena_array_of(arena, struct table_extra, n_ranges + 1);
	spans = arena_array_of(arena, struct span, n_ranges + 1);
	collect_marks(source, input, &column);
	for (size_t row = 0; row < source->n_rows; row++)
		index_cell(&column, cell_of(source, row, input), (uint32_t)row, spans);
	*out = column;
	return OK;
}
