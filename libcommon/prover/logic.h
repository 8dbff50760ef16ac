#pragma once

/*
 * Formulas and terms of Z3, built with what is plainly true or false left out, and
 * counted: a document that would need too many of them is not said at all.
 */
#include <z3.h>

#include "base/arena.h"
#include "screener/value/number.h"

typedef Z3_ast term;
typedef __int128 wide;

/* Terms of one document; beyond them nothing is proven. */
#define LOGIC_MAX_TERMS 600000

struct terms {
	term *list;
	uint32_t n, cap;
};

struct logic {
	struct arena *arena;
	Z3_context z3;
	Z3_sort bools, ints, reals;
	term yes, no;
	uint32_t n_terms;
	struct terms facts; /* hold in every model */
	struct terms exact; /* hold too, but are beyond linear arithmetic */
	struct terms free;  /* may be true where the engine knows better: tried as false first */
};

bool logic_open(struct logic *l, struct arena *arena);
void logic_close(struct logic *l);
/* Too many terms, or the solver's memory is at its end: no verdict may be drawn. */
bool logic_is_full(const struct logic *l);

void terms_add(struct logic *l, struct terms *terms, term t);
void logic_assume(struct logic *l, term fact);

term l_bool(struct logic *l);
term l_int(struct logic *l);
term l_real(struct logic *l);
/*
 * A new name for a formula.  Each link of a long chain gets one: no term grows deep, and Z3, which
 * flattens nested conjunctions, does not repeat the whole chain at each link.
 */
term l_named(struct logic *l, term t);
/* A bool that is listed as free. */
term l_free(struct logic *l);

term l_not(struct logic *l, term a);
term l_and(struct logic *l, term a, term b);
term l_or(struct logic *l, term a, term b);
term l_all(struct logic *l, const struct terms *terms);
term l_any(struct logic *l, const struct terms *terms);
term l_if(struct logic *l, term when, term a, term b);
term l_implies(struct logic *l, term a, term b);

/* Numbers: of one sort each. */
term l_whole(struct logic *l, int64_t n);
term l_fraction(struct logic *l, struct number n);
term l_to_real(struct logic *l, term whole);
term l_plus(struct logic *l, term a, term b);
term l_minus(struct logic *l, term a, term b);
term l_times(struct logic *l, term a, term b);
/* By a positive constant, towards minus infinity; and what is left over. */
term l_floor_div(struct logic *l, term a, int64_t by);
term l_mod(struct logic *l, term a, int64_t by);
term l_eq(struct logic *l, term a, term b);
term l_le(struct logic *l, term a, term b);
term l_lt(struct logic *l, term a, term b);
