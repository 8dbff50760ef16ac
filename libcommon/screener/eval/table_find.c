/* Which row of a reference table holds for keys at a date. */
#include "screener/eval/eval.h"

/* The number of rows at or before these keys at this date, in the order of the rows. */
static uint32_t rows_up_to(const struct table *table, const struct value *keys, date_days as_of)
{
	uint32_t low = 0, high = table->n_rows;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct table_row *row = &table->rows[middle];
		int order = table_keys_compare(table, row->keys, keys, table->n_keys);

		if (order < 0 || (order == 0 && row->from <= as_of))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Periods of one key do not overlap, so the last row that began by then is the
 * only one that can be valid.  Only a floor key may have to go on to smaller ones.
 */
const struct table_row *table_find(const struct table *table, const struct value *keys,
				   date_days as_of, uint32_t *walked)
{
	uint32_t fixed = table->n_keys - (table->floor ? 1 : 0);

	*walked = 0;
	for (uint32_t i = rows_up_to(table, keys, as_of); i > 0; i--) {
		const struct table_row *row = &table->rows[i - 1];

		if (table_keys_compare(table, row->keys, keys, fixed) != 0)
			return NULL;
		if (row->from <= as_of && as_of < row->until)
			return row;
		if (!table->floor)
			return NULL;
		++*walked;
	}
	return NULL;
}
