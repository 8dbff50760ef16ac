#include "compliance/leie_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "compliance/csv.h"

/* Rows of one file; the full list has some 83,000. */
#define MAX_ROWS 300000
/* One damaged record is always borne; beyond it, one in so many. */
#define DAMAGE_DIVISOR 100

static int by_hash(const void *a, const void *b)
{
	const struct leie_row *x = a, *y = b;

	return strcmp(x->hash, y->hash);
}

/* Rows that are alike in every column say nothing more than one of them. */
static void sort_and_merge(struct leie_list *list)
{
	size_t kept = 0;

	if (list->n == 0)
		return;
	qsort(list->rows, list->n, sizeof *list->rows, by_hash);
	for (size_t i = 1; i < list->n; i++)
		if (strcmp(list->rows[i].hash, list->rows[kept].hash) != 0)
			list->rows[++kept] = list->rows[i];
	list->merged = list->n - kept - 1;
	list->n = kept + 1;
}

static size_t count_lines(struct str text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == '\n';
	return n;
}

/* A line of blanks, or of the 0x1a with which DOS ended files. */
static bool is_blank(const struct str *fields, size_t n)
{
	for (size_t i = 0; n == 1 && i < fields[0].len; i++)
		if ((unsigned char)fields[0].ptr[i] > ' ')
			return false;
	return n == 1;
}

static void note_damage(struct leie_list *list, size_t line)
{
	if (list->damaged < LEIE_LINES_SHOWN)
		list->lines[list->damaged] = (int64_t)line;
	list->damaged++;
}

static void read_rows(struct csv_reader *reader, leie_day today, struct leie_list *list)
{
	struct str fields[LEIE_COLUMNS];
	enum csv_result result;
	size_t n;

	while ((result = csv_next(reader, fields, LEIE_COLUMNS, &n)) != CSV_END) {
		if (result == CSV_RECORD && is_blank(fields, n))
			continue;
		if (result == CSV_RECORD &&
		    leie_row(reader->arena, fields, n, today, &list->rows[list->n]))
			list->n++;
		else
			note_damage(list, reader->line);
	}
}

static const char *verdict(struct arena *arena, const struct leie_list *list)
{
	if (list->damaged == 0 || (list->n > 0 && list->damaged <= 1 + list->n / DAMAGE_DIVISOR))
		return NULL;
	return arena_printf(arena, "%zu records of %zu are damaged, the first in line %lld",
			    list->damaged, list->damaged + list->n, (long long)list->lines[0]);
}

bool leie_read(struct arena *arena, struct str text, leie_day today, struct leie_list *out,
	       const char **why)
{
	struct str fields[LEIE_COLUMNS];
	struct csv_reader reader;
	size_t n;

	*out = (struct leie_list){};
	if (str_has_prefix(text, "\xef\xbb\xbf"))
		text = (struct str){text.ptr + 3, text.len - 3};
	reader = csv_reader(arena, text);
	*why = "the file has too many rows";
	if (count_lines(text) > MAX_ROWS)
		return false;
	*why = "the header is not the one that is known";
	if (csv_next(&reader, fields, LEIE_COLUMNS, &n) != CSV_RECORD || !leie_is_header(fields, n))
		return false;
	out->rows = arena_array_of(arena, struct leie_row, count_lines(text));
	read_rows(&reader, today, out);
	*why = verdict(arena, out);
	if (*why)
		return false;
	sort_and_merge(out);
	return true;
}
