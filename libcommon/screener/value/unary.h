#pragma once

/*
 * Unary tests of DMN decision tables: what a cell says about its input.  `-`
 * (anything, also the unknown), literals, `< <= > >=`, intervals with open and
 * closed ends, lists of these, and not(...).  DMN 1.5, 8.3 and 10.3.1.
 */
#include "base/arena.h"
#include "screener/screener.h"
#include "screener/value/feel.h"

#define UNARY_MAX_TESTS 1000 /* in one cell */

/* lo .. hi; an equality has both ends on one value. */
struct unary_range {
	struct feel lo, hi;
	bool has_lo, has_hi;
	bool lo_open, hi_open;
};

struct unary {
	bool any;	     /* `-` */
	bool negated;	     /* not(...) */
	enum feel_kind kind; /* of every value in the cell; FEEL_NULL for `-` */
	struct unary_range *ranges;
	size_t n;
};

/*
 * Compiles a cell into the arena.  False with *error for what is no unary test
 * of literals, mixes kinds, orders booleans or has an interval that holds nothing.
 */
bool unary_parse(struct arena *arena, struct str text, struct unary *out, struct feel_error *error);

/* Unknown for a null value and for one of another kind, unless the cell is `-`. */
enum screener_truth unary_eval(const struct unary *test, const struct feel *value);
