#pragma once

/*
 * Decision tables with DMN's hit policies over FEEL values, three-valued: a row
 * is true, false, or unknown because an input it looks at is not known.  What a
 * table says never changes when more inputs become known.
 *
 * Compiled, each column gives a set of rows for a value (row_sets.h): an input is
 * looked up once and tells about all rows together.
 */
#include "base/arena.h"
#include "base/status.h"
#include "screener/screener.h"
#include "screener/value/feel.h"
#include "screener/value/unary.h"

#define TABLE_MAX_ROWS	  10000
#define TABLE_MAX_INPUTS  32
#define TABLE_MAX_OUTPUTS 32
#define TABLE_MAX_RANGES  200000 /* in all cells together */

enum hit_policy {
	HIT_UNIQUE,
	HIT_ANY,
	HIT_PRIORITY,
	HIT_FIRST,
	HIT_RULE_ORDER,
	HIT_OUTPUT_ORDER,
	HIT_COLLECT,
};

enum aggregation { AGGREGATE_NONE, AGGREGATE_SUM, AGGREGATE_MIN, AGGREGATE_MAX, AGGREGATE_COUNT };

/* Allowed values of an output in order of priority; n 0 when there are none. */
struct table_values {
	const struct feel *list;
	size_t n;
};

struct table_source {
	size_t n_inputs, n_outputs, n_rows;
	const struct unary *cells;	   /* row by row */
	const struct feel *outputs;	   /* row by row */
	const struct table_values *values; /* per output; NULL when none has any */
	const struct feel *defaults;	   /* per output; NULL: no match gives nothing */
	enum hit_policy policy;
	enum aggregation aggregation;
};

/* What was wrong: a row and column (inputs first, then outputs), -1 for the whole. */
struct table_error {
	int row, column;
	const char *message;
};

struct table;

/*
 * Compiles into the arena, where it stays immutable and may be evaluated by any
 * number of threads; source is not needed afterwards, its texts are.
 * INVALID_ARGUMENT "TABLE_INVALID", RESOURCE_EXHAUSTED "TABLE_TOO_LARGE", with *error.
 */
struct status table_compile(struct arena *arena, const struct table_source *source,
			    struct table **out, struct table_error *error);

enum table_verdict {
	TABLE_DECIDED,
	TABLE_NO_MATCH,	 /* all rows are false and there is no default */
	TABLE_CONFLICT,	 /* unique: two true rows; any: they disagree */
	TABLE_UNDECIDED, /* what is not known could change the answer */
	TABLE_OVERFLOW,	 /* the sum does not fit */
};

struct table_result {
	enum table_verdict verdict;
	bool is_default;
	/* Decided: the rows that hit, in the order of the policy.  Undecided: the unknown ones.
	 * Conflict: the true ones. */
	const uint32_t *rows;
	size_t n;
	bool has_aggregate;
	struct feel aggregate;
	const uint8_t *truth; /* of enum screener_truth, per row */
};

/* One value per input; all memory from the arena. */
void table_eval(const struct table *table, const struct feel *inputs, struct arena *arena,
		struct table_result *out);

const struct feel *table_output(const struct table *table, uint32_t row, size_t output);
const char *table_verdict_name(enum table_verdict verdict);
