#include "compliance/csv.h"

#include <string.h>
#include <sys/types.h>

#include "base/arena.h"

struct csv_reader csv_reader(struct arena *arena, struct str text)
{
	return (struct csv_reader){.arena = arena, .rest = text, .next_line = 1};
}

static void skip(struct csv_reader *reader, size_t n)
{
	reader->rest = (struct str){reader->rest.ptr + n, reader->rest.len - n};
}

/* Bytes of a quoted field from behind its opening quote to its closing one, or -1; *doubled counts
 * "". */
static ssize_t quoted_length(struct str rest, size_t *doubled)
{
	*doubled = 0;
	for (size_t i = 0; i < rest.len; i++) {
		if (rest.ptr[i] == '\0')
			return -1;
		if (rest.ptr[i] != '"')
			continue;
		if (i + 1 == rest.len || rest.ptr[i + 1] != '"')
			return (ssize_t)i;
		++*doubled;
		i++;
	}
	return -1;
}

static struct str undouble(struct arena *arena, struct str raw, size_t doubled)
{
	char *copy = arena_alloc(arena, raw.len - doubled + 1);
	size_t len = 0;

	for (size_t i = 0; i < raw.len; i++) {
		copy[len++] = raw.ptr[i];
		if (raw.ptr[i] == '"')
			i++;
	}
	return (struct str){copy, len};
}

static bool quoted_field(struct csv_reader *reader, struct str *out)
{
	size_t doubled;
	ssize_t len;

	skip(reader, 1);
	len = quoted_length(reader->rest, &doubled);
	if (len < 0)
		return false;
	*out = (struct str){reader->rest.ptr, (size_t)len};
	for (size_t i = 0; i < out->len; i++)
		reader->next_line += out->ptr[i] == '\n';
	skip(reader, (size_t)len + 1);
	if (doubled)
		*out = undouble(reader->arena, *out, doubled);
	return true;
}

static bool plain_field(struct csv_reader *reader, struct str *out)
{
	size_t len = 0;

	while (len < reader->rest.len && !strchr(",\r\n\"", reader->rest.ptr[len]))
		len++;
	/* strchr finds the NUL that ends its set, too. */
	if (len < reader->rest.len &&
	    (reader->rest.ptr[len] == '"' || reader->rest.ptr[len] == '\0'))
		return false;
	*out = (struct str){reader->rest.ptr, len};
	skip(reader, len);
	return true;
}

/* At the end of a record: takes the end of line.  False when something else stands there. */
static bool end_of_record(struct csv_reader *reader)
{
	if (reader->rest.len && reader->rest.ptr[0] == '\r')
		skip(reader, 1);
	if (reader->rest.len == 0)
		return true;
	if (reader->rest.ptr[0] != '\n')
		return false;
	skip(reader, 1);
	reader->next_line++;
	return true;
}

static bool read_field(struct csv_reader *reader, struct str *out)
{
	if (reader->rest.len && reader->rest.ptr[0] == '"')
		return quoted_field(reader, out);
	return plain_field(reader, out);
}

/*
 * A record that is none may have swallowed the ones behind it by a quote that is missing: reading
 * goes on with the line after the one on which it began.
 */
static enum csv_result bad_record(struct csv_reader *reader, struct str begin)
{
	const char *end = memchr(begin.ptr, '\n', begin.len);

	reader->rest = begin;
	skip(reader, end ? (size_t)(end - begin.ptr) + 1 : begin.len);
	reader->next_line = reader->line + 1;
	return CSV_BAD;
}

enum csv_result csv_next(struct csv_reader *reader, struct str *fields, size_t max, size_t *n)
{
	struct str begin = reader->rest;

	*n = 0;
	if (begin.len == 0)
		return CSV_END;
	reader->line = reader->next_line;
	for (;;) {
		if (*n == max || !read_field(reader, &fields[(*n)++]))
			return bad_record(reader, begin);
		if (reader->rest.len && reader->rest.ptr[0] == ',') {
			skip(reader, 1);
			continue;
		}
		return end_of_record(reader) ? CSV_RECORD : bad_record(reader, begin);
	}
}
