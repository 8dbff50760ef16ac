#pragma once

/* The compiled form of a decision table.  Private to table*.c. */
#include "screener/exchange/table.h"
#include "screener/program/row_sets.h"

struct table {
	size_t n_inputs, n_outputs, n_rows;
	struct row_column *columns;
	const struct feel *outputs;
	uint32_t *rank;	 /* per row, of its outputs by priority; 0 is best */
	uint32_t *group; /* per row; equal for equal outputs */
	bool has_default;
	enum hit_policy policy;
	enum aggregation aggregation;
};
