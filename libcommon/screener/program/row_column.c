/* Compiling a column of a decision table: marks, spans of places, sets of rows. */
#include <stdlib.h>
#include <string.h>

#include "screener/program/row_sets.h"

struct span {
	uint32_t lo, hi; /* places, both included */
};

/* Spans of all tests one after the other; those of test i end at ends[i]. */
struct spans {
	struct span *list;
	uint32_t *ends;
};

/* Rows that begin or cease to hold, sorted by place; those of place p end at ends[p]. */
struct changes {
	uint16_t *rows;
	uint32_t *ends;
	uint32_t n_places;
};

static size_t count_ranges(const struct row_cells *cells)
{
	size_t n = 0;

	for (uint32_t i = 0; i < cells->n_tests; i++)
		n += cells->tests[i]->n;
	return n;
}

static int compare_marks(const void *a, const void *b)
{
	return feel_compare(a, b);
}

static int compare_whole(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static struct feel *all_marks(struct arena *scratch, const struct row_cells *cells, uint32_t *n)
{
	struct feel *marks = arena_array_of(scratch, struct feel, 2 * count_ranges(cells) + 1);

	*n = 0;
	for (uint32_t t = 0; t < cells->n_tests; t++)
		for (size_t i = 0; i < cells->tests[t]->n; i++) {
			const struct unary_range *range = &cells->tests[t]->ranges[i];

			if (range->has_lo)
				marks[(*n)++] = range->lo;
			if (range->has_hi)
				marks[(*n)++] = range->hi;
		}
	return marks;
}

static bool whole_of(const struct feel *mark, int64_t *out)
{
	switch (mark->kind) {
	case FEEL_BOOLEAN: *out = mark->boolean; return true;
	case FEEL_DATE: *out = mark->date; return true;
	case FEEL_NUMBER: *out = mark->number.num; return number_is_integer(mark->number);
	default: return false;
	}
}

static int64_t *all_whole(struct arena *scratch, const struct feel *marks, uint32_t n)
{
	int64_t *whole = arena_array_of(scratch, int64_t, n + 1);

	for (uint32_t i = 0; i < n; i++)
		if (!whole_of(&marks[i], &whole[i]))
			return NULL;
	return whole;
}

/* Sorts n elements and drops those equal to the one before; how many are left. */
static uint32_t sort_distinct(void *list, uint32_t n, size_t size,
			      int (*compare)(const void *, const void *))
{
	char *at = list;
	uint32_t kept = 0;

	if (n)
		qsort(list, n, size, compare);
	for (uint32_t i = 0; i < n; i++)
		if (!kept || compare(at + (kept - 1) * size, at + i * size) != 0)
			memmove(at + kept++ * size, at + i * size, size);
	return kept;
}

static void place_marks(struct keep *keep, struct arena *scratch, const struct row_cells *cells,
			struct row_column *column)
{
	uint32_t n;
	struct feel *marks = all_marks(scratch, cells, &n);
	int64_t *whole = all_whole(scratch, marks, n);

	if (whole) {
		column->n_marks = sort_distinct(whole, n, sizeof *whole, compare_whole);
		column->whole = keep_copy(keep, whole, column->n_marks * sizeof *whole);
	} else {
		column->n_marks = sort_distinct(marks, n, sizeof *marks, compare_marks);
		column->marks = keep_copy(keep, marks, column->n_marks * sizeof *marks);
	}
}

static int compare_spans(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->lo > y->lo) - (x->lo < y->lo);
}

/* The test's ranges as places, sorted and merged where they touch. */
static uint32_t spans_of(const struct row_column *column, const struct unary *test,
			 struct span *spans)
{
	uint32_t n = 0, merged = 0;

	for (size_t i = 0; i < test->n; i++) {
		const struct unary_range *range = &test->ranges[i];
		struct span span = {.lo = 0, .hi = 2 * column->n_marks};

		if (range->has_lo)
			span.lo = row_column_place(column, &range->lo) + range->lo_open;
		if (range->has_hi)
			span.hi = row_column_place(column, &range->hi) - range->hi_open;
		spans[n++] = span;
	}
	qsort(spans, n, sizeof *spans, compare_spans);
	for (uint32_t i = 0; i < n; i++)
		if (merged && spans[i].lo <= spans[merged - 1].hi + 1) {
			if (spans[i].hi > spans[merged - 1].hi)
				spans[merged - 1].hi = spans[i].hi;
		} else {
			spans[merged++] = spans[i];
		}
	return merged;
}

/* What the spans leave out; in place, for there is at most one more. */
static uint32_t complement(struct span *spans, uint32_t n, uint32_t last)
{
	uint32_t from = 0, out = 0;
	bool open = true;

	for (uint32_t i = 0; i < n; i++) {
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

static struct spans spans_of_tests(struct arena *scratch, const struct row_cells *cells,
				   const struct row_column *column)
{
	struct spans spans = {
		arena_array_of(scratch, struct span, count_ranges(cells) + cells->n_tests + 1),
		arena_array_of(scratch, uint32_t, cells->n_tests + 1)};
	uint32_t n = 0;

	for (uint32_t i = 0; i < cells->n_tests; i++) {
		uint32_t of_test = spans_of(column, cells->tests[i], spans.list + n);

		if (cells->tests[i]->negated)
			of_test = complement(spans.list + n, of_test, 2 * column->n_marks);
		n += of_test;
		spans.ends[i] = n;
	}
	return spans;
}

/* Calls for each end of each row's spans that is a place: first count, then put. */
static void each_change(const struct row_cells *cells, const struct spans *spans,
			struct changes *changes, bool put)
{
	for (uint32_t row = 0; row < cells->n_rows; row++) {
		uint16_t test = cells->of_row[row];

		if (test == ROW_CELL_ANY)
			continue;
		for (uint32_t i = test ? spans->ends[test - 1] : 0; i < spans->ends[test]; i++) {
			const uint32_t at[] = {spans->list[i].lo, spans->list[i].hi + 1};

			for (uint32_t k = 0; k < 2 && at[k] < changes->n_places; k++) {
				if (put)
					changes->rows[changes->ends[at[k]]] = (uint16_t)row;
				changes->ends[at[k]]++;
			}
		}
	}
}

/* Sorted by counting; while rows are put, ends[p] runs from the place's begin to its end. */
static struct changes sort_changes(struct arena *scratch, const struct row_cells *cells,
				   const struct spans *spans, uint32_t n_places)
{
	struct changes changes = {.ends = arena_array_of(scratch, uint32_t, n_places),
				  .n_places = n_places};
	uint32_t n = 0;

	each_change(cells, spans, &changes, false);
	for (uint32_t p = 0; p < n_places; p++) {
		uint32_t count = changes.ends[p];

		changes.ends[p] = n;
		n += count;
	}
	changes.rows = arena_array_of(scratch, uint16_t, n + 1);
	each_change(cells, spans, &changes, true);
	return changes;
}

/*
 * With more changes than this to the set before it, a place has a set of its
 * own.  Few enough to be applied quickly, and enough for sets to be numbers of 16 bits.
 */
static uint32_t most_changes(const struct row_column *column, const struct changes *changes)
{
	uint32_t quick = column->n_words > 8 ? 2 * column->n_words : 16;
	uint32_t enough = changes->ends[changes->n_places - 1] / UINT16_MAX;

	return quick > enough ? quick : enough;
}

static void count_sets(const struct row_column *column, const struct changes *changes,
		       uint32_t *n_sets, uint32_t *n_kept)
{
	uint32_t since = 0, begin = 0;

	*n_sets = 1;
	*n_kept = 0;
	for (uint32_t p = 0; p < changes->n_places; p++) {
		uint32_t n = changes->ends[p] - begin;

		begin = changes->ends[p];
		since += n;
		if (since > most_changes(column, changes)) {
			since = 0;
			++*n_sets;
		} else {
			*n_kept += n;
		}
	}
}

static void place_sets(struct keep *keep, struct arena *scratch, const struct changes *changes,
		       const uint64_t *any, struct row_column *column)
{
	uint32_t n_sets, n_kept, begin = 0, since = 0, set = 0, kept = 0;
	uint64_t *now = arena_memdup(scratch, any, column->n_words * sizeof *now);

	count_sets(column, changes, &n_sets, &n_kept);
	uint64_t *sets = keep_array_of(keep, uint64_t, (size_t)n_sets * column->n_words);
	uint32_t *change_begin = keep_array_of(keep, uint32_t, n_sets);
	uint16_t *rows = keep_array_of(keep, uint16_t, n_kept);
	struct row_place *places = keep_array_of(keep, struct row_place, changes->n_places);

	memcpy(sets, any, column->n_words * sizeof *now);
	for (uint32_t p = 0; p < changes->n_places; p++) {
		uint32_t n = changes->ends[p] - begin;

		for (uint32_t i = begin; i < changes->ends[p]; i++)
			now[changes->rows[i] / 64] ^= (uint64_t)1 << changes->rows[i] % 64;
		since += n;
		if (since > most_changes(column, changes)) {
			since = 0;
			change_begin[++set] = kept;
			memcpy(sets + (size_t)set * column->n_words, now,
			       column->n_words * sizeof *now);
		} else if (n) {
			memcpy(rows + kept, changes->rows + begin, n * sizeof *rows);
			kept += n;
		}
		begin = changes->ends[p];
		places[p] = (struct row_place){(uint16_t)set, (uint16_t)since};
	}
	column->sets = sets;
	column->change_begin = change_begin;
	column->changes = rows;
	column->places = places;
}

void row_column_compile(struct keep *keep, const struct row_cells *cells, struct row_column *out)
{
	struct arena *scratch;
	struct row_column column = {.n_words = (cells->n_rows + 63) / 64};
	struct spans spans;
	struct changes changes;
	uint64_t *any;

	for (uint32_t i = 0; i < cells->n_tests; i++)
		column.kind = cells->tests[i]->kind;
	*out = column;
	if (column.kind == FEEL_NULL)
		return;
	scratch = arena_new(SIZE_MAX);
	any = arena_array_of(scratch, uint64_t, column.n_words + 1);
	for (uint32_t row = 0; row < cells->n_rows; row++)
		if (cells->of_row[row] == ROW_CELL_ANY)
			any[row / 64] |= (uint64_t)1 << row % 64;
	place_marks(keep, scratch, cells, &column);
	spans = spans_of_tests(scratch, cells, &column);
	changes = sort_changes(scratch, cells, &spans, 2 * column.n_marks + 1);
	place_sets(keep, scratch, &changes, any, &column);
	*out = column;
	arena_free(&scratch);
}
