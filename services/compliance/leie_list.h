#pragma once

/*
 * One month's file as a set of rows.  Damage stays where it is: a byte order mark, a
 * blank line, the end-of-file mark of DOS and Windows-1252 are read over, and a record that is no
 * row is left out, with its line number.
 */
#include "compliance/leie.h"

struct arena;

/* Line numbers of damaged records that are kept; the others are only counted. */
#define LEIE_LINES_SHOWN 20

struct leie_list {
	struct leie_row *rows; /* by hash, no two alike */
	size_t n;
	size_t merged;	/* rows that were left out, being alike in every column to one that is kept
			 */
	size_t damaged; /* records that are no rows */
	int64_t lines[LEIE_LINES_SHOWN]; /* where the first of them are, from 1 */
};

/*
 * Reads a file.  today decides about years of two digits (leie.h).  False when it
 * is not to be believed at all, and why: no known header, too many rows, more than one
 * record and more than one in a hundred damaged, or nothing but damage.
 */
bool leie_read(struct arena *arena, struct str text, leie_day today, struct leie_list *out,
	       const char **why);
