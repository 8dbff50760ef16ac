#pragma once

/* A DMN model as read.  Private to dmn*.c. */
#include "screener/exchange/dmn.h"
#include "screener/exchange/table.h"
#include "screener/findings.h"

/* Data from outside. */
struct dmn_input {
	const char *name;
	enum feel_kind kind;
};

/* A named type; base FEEL_NULL for structures and what is not known. */
struct dmn_type {
	const char *name, *refers;
	const struct feel *allowed;
	size_t n_allowed;
};

/* Where a column's value comes from: an input (by name) or a decision (by index). */
struct dmn_clause {
	const char *name;
	int decision; /* -1: an input */
	enum feel_kind kind;
	bool has_allowed;
	struct unary allowed;
};

struct dmn_decision {
	const char *name;
	const char **outputs; /* names of the components; NULL for a single output */
	size_t n_outputs;
	struct dmn_clause *clauses;
	size_t n_clauses;
	struct table *table; /* NULL: not a decision table */
	bool lists;	     /* the policy gives a list of results */
	int line;
	int state; /* of the search for cycles */
};

struct dmn {
	struct dmn_input *inputs;
	size_t n_inputs;
	struct dmn_type *types;
	size_t n_types;
	struct dmn_decision *decisions; /* those a decision needs stand before it */
	size_t n_decisions;
};
