/* Trying the rows of a decision table: a lookup and an "and" for each column. */
#include "screener/program/row_sets.h"

#include <string.h>

#define MAX_WORDS ((ROW_SETS_MAX_ROWS + 63) / 64)

/* How many marks are below n (or, with `up_to`, not above it). */
static uint32_t marks_before(const int64_t *marks, uint32_t n_marks, int64_t n, bool up_to)
{
	const int64_t *from = marks;

	while (n_marks > 1) {
		uint32_t half = n_marks / 2;

		from += from[half - 1] < n || (up_to && from[half - 1] == n) ? half : 0;
		n_marks -= half;
	}
	if (n_marks && (*from < n || (up_to && *from == n)))
		from++;
	return (uint32_t)(from - marks);
}

static int64_t whole_part(const struct feel *value)
{
	struct number n = value->number;

	switch (value->kind) {
	case FEEL_BOOLEAN: return value->boolean;
	case FEEL_DATE: return value->date;
	default: return number_is_integer(n) ? n.num : n.num / n.den - (n.num < 0);
	}
}

static uint32_t place_among_whole(const struct row_column *column, const struct feel *value)
{
	bool between = value->kind == FEEL_NUMBER && !number_is_integer(value->number);
	int64_t n = whole_part(value);
	uint32_t i = marks_before(column->whole, column->n_marks, n, between);

	return 2 * i + (!between && i < column->n_marks && column->whole[i] == n);
}

uint32_t row_column_place(const struct row_column *column, const struct feel *value)
{
	uint32_t lo = 0, hi = column->n_marks;

	if (column->whole)
		return place_among_whole(column, value);
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

static void intersect(uint64_t *restrict set, const uint64_t *restrict with, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		set[i] &= with[i];
}

static void intersect_place(uint64_t *set, const struct row_column *column, uint32_t place)
{
	const struct row_place *at = &column->places[place];
	const uint64_t *base = column->sets + (size_t)at->set * column->n_words;
	const uint16_t *changes = column->changes + column->change_begin[at->set];
	uint64_t changed[MAX_WORDS];

	if (!at->n_changes) {
		intersect(set, base, column->n_words);
		return;
	}
	memcpy(changed, base, column->n_words * sizeof *base);
	for (uint32_t i = 0; i < at->n_changes; i++)
		changed[changes[i] / 64] ^= (uint64_t)1 << changes[i] % 64;
	intersect(set, changed, column->n_words);
}

struct row_sets row_sets_new(struct arena *arena, uint32_t n_rows)
{
	size_t n_words = ((size_t)n_rows + 63) / 64;
	uint64_t *words = arena_alloc(arena, 3 * n_words * sizeof *words);

	memset(words, 0xff, 2 * n_words * sizeof *words);
	if (n_rows % 64) {
		words[n_words - 1] = ((uint64_t)1 << n_rows % 64) - 1;
		words[2 * n_words - 1] = words[n_words - 1];
	}
	return (struct row_sets){.possible = words,
				 .certain = words + n_words,
				 .unknown = words + 2 * n_words,
				 .n_rows = n_rows,
				 .n_words = (uint32_t)n_words};
}

void row_sets_try(struct row_sets *sets, const struct row_column *column, const struct feel *value)
{
	if (column->kind == FEEL_NULL)
		return;
	if (value->kind == column->kind)
		intersect_place(sets->possible, column, row_column_place(column, value));
	else
		intersect(sets->certain, column->sets, column->n_words);
}

void row_sets_finish(struct row_sets *sets)
{
	sets->n_possible = sets->n_certain = 0;
	for (uint32_t i = 0; i < sets->n_words; i++) {
		sets->certain[i] &= sets->possible[i];
		sets->unknown[i] = sets->possible[i] & ~sets->certain[i];
		sets->n_possible += (uint32_t)__builtin_popcountll(sets->possible[i]);
		sets->n_certain += (uint32_t)__builtin_popcountll(sets->certain[i]);
	}
}

/* The lowest eight bits, each in a byte of its own. */
static uint64_t bytes_of(uint64_t bits)
{
	uint64_t apart = (bits & 0xff) * 0x0101010101010101 & 0x8040201008040201;

	return (apart + 0x7f7f7f7f7f7f7f7f) >> 7 & 0x0101010101010101;
}

static void put_truths(uint64_t possible, uint64_t certain, uint8_t *truths)
{
	for (uint32_t i = 0; i < 64; i += 8) {
		uint64_t eight = 2 * bytes_of(possible >> i) - bytes_of(certain >> i);

		for (uint32_t k = 0; k < 8; k++)
			truths[i + k] = (uint8_t)(eight >> 8 * k);
	}
}

void row_sets_truths(const struct row_sets *sets, uint8_t *truths)
{
	_Static_assert(SCREENER_TRUE == 1 && SCREENER_UNKNOWN == 2, "computed above");
	uint32_t rest = sets->n_rows % 64;
	uint8_t last[64];

	memset(truths, SCREENER_FALSE, sets->n_rows);
	for (uint32_t i = 0; i < sets->n_rows / 64; i++)
		if (sets->possible[i])
			put_truths(sets->possible[i], sets->certain[i], truths + (size_t)64 * i);
	if (!rest)
		return;
	put_truths(sets->possible[sets->n_words - 1], sets->certain[sets->n_words - 1], last);
	memcpy(truths + sets->n_rows - rest, last, rest);
}
