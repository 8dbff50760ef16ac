#pragma once

/* The compiled form of a decision table.  Private to table*.c. */
#include "screener/table.h"

#define TABLE_LANES 16 /* rows are padded to a multiple, so that loops have no rest */

/* One more range of a cell that has several. */
struct table_extra {
	uint32_t row;
	uint32_t lo, width;
};

/*
 * marks are the distinct values the column's cells name, sorted.  A value has
 * position 2i+1 when it equals marks[i] and 2i when it lies below marks[i] and
 * above marks[i-1].  A row's range holds position p when p - lo <= width
 * (unsigned); NEVER and ALWAYS are ranges too.
 */
struct table_column {
	enum feel_kind kind; /* FEEL_NULL: all cells are `-` */
	struct feel *marks;
	uint32_t n_marks;
	uint32_t *lo, *width;
	uint8_t *any; /* 1 where the cell is `-` */
	struct table_extra *extras;
	size_t n_extras;
};

#define TABLE_NEVER_LO	   UINT32_MAX
#define TABLE_ALWAYS_WIDTH UINT32_MAX

struct table {
	size_t n_inputs, n_outputs, n_rows, n_padded;
	struct table_column *columns;
	const struct feel *outputs;
	uint32_t *rank;	 /* per row, of its outputs by priority; 0 is best */
	uint32_t *group; /* per row; equal for equal outputs */
	bool has_default;
	enum hit_policy policy;
	enum aggregation aggregation;
};

/* The position of a value of the column's kind. */
uint32_t table_position(const struct table_column *column, const struct feel *value);

struct status table_index_column(struct arena *arena, const struct table_source *source,
				 size_t input, struct table_column *out, struct table_error *error);
