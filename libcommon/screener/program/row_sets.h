#pragma once

/*
 * Which rows of a decision table hold, as sets of bits: for every place a value
 * can have among the values a column names, the rows whose cell holds there.
 * Trying all rows on one input is one lookup and one "and" of sets, whatever
 * the cells look like.
 *
 * A set for every place would be quadratic.  Only some places have theirs;
 * between them stand the few rows that begin or cease to hold from one place to
 * the next.  So a column takes memory in proportion to its ranges, and a lookup
 * at most 2 * words (or 16) such rows.
 */
#include "base/arena.h"
#include "screener/program/keep.h"
#include "screener/value/unary.h"

#define ROW_SETS_MAX_ROWS 10000
#define ROW_CELL_ANY	  UINT16_MAX

/* The set to begin with, and how many of the changes that follow it have come. */
struct row_place {
	uint16_t set;
	uint16_t n_changes;
};

/*
 * A value has place 2i+1 when it equals mark i, and 2i when it lies below mark i
 * and above mark i-1.  Set 0 holds the rows whose cell is `-`.
 */
struct row_column {
	enum feel_kind kind;	   /* FEEL_NULL: every cell is `-` */
	uint32_t n_marks, n_words; /* of a set */
	const int64_t *whole;	   /* the marks, ascending: whole numbers, dates, booleans ... */
	const struct feel *marks;  /* ... or, where one is none of these, this */
	const struct row_place *places;
	const uint64_t *sets;
	const uint32_t *change_begin; /* per set */
	const uint16_t *changes;      /* rows */
};

/* The cells of one column; tests are of one kind, none is `-`. */
struct row_cells {
	const struct unary *const *tests;
	const uint16_t *of_row; /* a test, or ROW_CELL_ANY */
	uint32_t n_tests, n_rows;
};

/*
 * Compiles a column into keep; its texts stay where the tests have them.
 * n_rows is at most ROW_SETS_MAX_ROWS.
 */
void row_column_compile(struct keep *keep, const struct row_cells *cells, struct row_column *out);
/* The place of a value of the column's kind. */
uint32_t row_column_place(const struct row_column *column, const struct feel *value);

/* Rows that may be true, that are true, and that may be but are not yet. */
struct row_sets {
	uint64_t *possible, *certain, *unknown;
	uint32_t n_possible, n_certain;
	uint32_t n_rows, n_words;
};

/* All rows, before any column is tried. */
struct row_sets row_sets_new(struct arena *arena, uint32_t n_rows);
/* Null, and a value of another kind than the column's, is unknown. */
void row_sets_try(struct row_sets *sets, const struct row_column *column, const struct feel *value);
/* After the last column: unknown and the numbers. */
void row_sets_finish(struct row_sets *sets);
/* The rows as n_rows bytes of enum screener_truth. */
void row_sets_truths(const struct row_sets *sets, uint8_t *truths);

/* The first row from `row` on; n_rows when there is none. */
static inline uint32_t row_sets_next(const struct row_sets *sets, const uint64_t *set, uint32_t row)
{
	uint32_t word = row / 64;
	uint64_t bits;

	if (row >= sets->n_rows)
		return sets->n_rows;
	bits = set[word] & (UINT64_MAX << row % 64);
	while (!bits && ++word < sets->n_words)
		bits = set[word];
	return bits ? word * 64 + (uint32_t)__builtin_ctzll(bits) : sets->n_rows;
}
