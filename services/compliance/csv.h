#pragma once

/*
 * Comma-separated values as RFC 4180 has them, read from memory: quoted fields
 * with doubled quotes, CRLF or LF between records, the last end of line optional.
 * Bytes are passed through; a NUL is refused.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

struct csv_reader {
	struct arena *arena;
	struct str rest;
	size_t line; /* of the record read last, from 1 */
	size_t next_line;
};

enum csv_result { CSV_RECORD, CSV_END, CSV_BAD };

struct csv_reader csv_reader(struct arena *arena, struct str text);

/*
 * The next record's fields, at most max (a record with more is CSV_BAD); *n is
 * their number.  Fields are views into the text, or copies in the arena where
 * quotes had to be undone.  CSV_BAD: a stray or missing quote, a NUL, too many fields; the line on
 * which that record began is left behind, so that the next call reads on with the line after it.
 */
enum csv_result csv_next(struct csv_reader *reader, struct str *fields, size_t max, size_t *n);
