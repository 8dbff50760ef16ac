/* The CSV reader and the LEIE rows on arbitrary bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "compliance/leie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(64 << 20);
	struct csv_reader reader = csv_reader(arena, (struct str){(const char *)data, size});
	struct str fields[LEIE_COLUMNS];
	struct leie_row row;
	size_t n, total = 0;

	while (csv_next(&reader, fields, LEIE_COLUMNS, &n) == CSV_RECORD) {
		for (size_t i = 0; i < n; i++)
			total += fields[i].len;
		if (leie_row(arena, fields, n, &row) && strlen(row.hash) != 64)
			abort();
	}
	if (total > size)
		abort();
	arena_free(&arena);
	return 0;
}
