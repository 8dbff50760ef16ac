/* The CSV reader and the LEIE rows on arbitrary bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "compliance/csv.h"
#include "compliance/leie_list.h"
#include "compliance/leie_match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TODAY 20261130

static void read_records(struct arena *arena, struct str text)
{
	struct csv_reader reader = csv_reader(arena, text);
	struct str fields[LEIE_COLUMNS];
	enum csv_result result;
	size_t n, total = 0;

	while ((result = csv_next(&reader, fields, LEIE_COLUMNS, &n)) != CSV_END)
		for (size_t i = 0; result == CSV_RECORD && i < n; i++)
			total += fields[i].len;
	if (total > text.len)
		abort();
}

static void check_row(struct arena *arena, const struct leie_row *row)
{
	const char *columns = leie_columns_json(arena, row);

	if (strlen(row->hash) != 64 || !utf8_is_valid(columns, strlen(columns)))
		abort();
	for (size_t i = 0; i < LEIE_COLUMNS; i++)
		if (memchr(row->field[i].ptr, '\n', row->field[i].len))
			abort();
}

/* Both halves of the rows as two months: each row has one partner, and no row of a month two. */
static void pair_halves(struct arena *arena, const struct leie_list *list)
{
	size_t half = list->n / 2, rest = list->n - half;
	bool *taken = arena_calloc(arena, rest + 1, sizeof *taken);
	size_t *partner = leie_pair(arena, list->rows, half, list->rows + half, rest);

	for (size_t i = 0; i < half; i++) {
		if (partner[i] == LEIE_NO_PARTNER)
			continue;
		if (partner[i] >= rest || taken[partner[i]])
			abort();
		taken[partner[i]] = true;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(64 << 20);
	struct str text = {(const char *)data, size};
	struct leie_list list;
	const char *why;

	read_records(arena, text);
	if (leie_read(arena, text, TODAY, &list, &why)) {
		for (size_t i = 0; i < list.n; i++)
			check_row(arena, &list.rows[i]);
		pair_halves(arena, &list);
	} else if (!why) {
		abort();
	}
	arena_free(&arena);
	return 0;
}
