/* Rounding, remainders and comparing. */
#include "prover/part.h"

static const int64_t powers[] = {1,	 10,	  100,	    1000,      10000,
				 100000, 1000000, 10000000, 100000000, 1000000000};

/* n is the whole number that x (scaled) is rounded to. */
struct rounding_of {
	struct encoder *e;
	term x, n; /* reals */
	term positive;
};

static term offset(struct rounding_of *r, int64_t num, int64_t den)
{
	return l_plus(&r->e->l, r->n, l_fraction(&r->e->l, (struct number){num, den}));
}

/* x lies from n + low to n + high, over den; ends count as said. */
static term within(struct rounding_of *r, int64_t low, bool with_low, int64_t high, bool with_high,
		   int64_t den)
{
	struct logic *l = &r->e->l;
	term from = offset(r, low, den), to = offset(r, high, den);

	return l_and(l, with_low ? l_le(l, from, r->x) : l_lt(l, from, r->x),
		     with_high ? l_le(l, r->x, to) : l_lt(l, r->x, to));
}

/* Ties go to the even number. */
static term half_even(struct rounding_of *r, term whole)
{
	struct logic *l = &r->e->l;
	term tie = l_or(l, l_eq(l, r->x, offset(r, 1, 2)), l_eq(l, r->x, offset(r, -1, 2)));
	term even = l_eq(l, l_mod(l, whole, 2), l_whole(l, 0));

	return l_and(l, within(r, -1, true, 1, true, 2), l_implies(l, tie, even));
}

static term rounded(struct rounding_of *r, term whole, enum number_rounding mode)
{
	struct logic *l = &r->e->l;
	term down = within(r, 0, true, 1, false, 1), up = within(r, -1, false, 0, true, 1);

	switch (mode) {
	case ROUND_HALF_UP:
		return l_if(l, r->positive, within(r, -1, true, 1, false, 2),
			    within(r, -1, false, 1, true, 2));
	case ROUND_HALF_EVEN: return half_even(r, whole);
	case ROUND_UP: return l_if(l, r->positive, up, down);
	case ROUND_DOWN: return l_if(l, r->positive, down, up);
	case ROUND_FLOOR: return down;
	case ROUND_CEILING: break;
	}
	return up;
}

static wide scaled(wide n, int64_t by, int64_t slack)
{
	wide out;

	if (__builtin_mul_overflow(n, by, &out) || out > (wide)1 << 119 || out < -((wide)1 << 119))
		return n < 0 ? -((wide)1 << 120) : (wide)1 << 120;
	return out + slack;
}

static bool fits(wide n)
{
	return n >= INT64_MIN && n <= INT64_MAX;
}

struct num num_rounded(struct encoder *e, const struct num *a, unsigned digits,
		       enum number_rounding mode, term *overflow)
{
	struct logic *l = &e->l;
	int64_t power = powers[digits];
	struct num out = {.real = digits > 0, .decimal = true, .den = power};
	struct rounding_of r = {.e = e};
	struct memo *m;
	bool found;

	*overflow = l->no;
	if (!a->real)
		return *a;
	out.lo = a->lo - 1;
	out.hi = a->hi + 1;
	m = memo_find(e, OP_ROUND, a->t, NULL, NULL, digits * 8u + mode, &found);
	if (!found) {
		m->out[0] = l_int(l);
		r.n = l_to_real(l, m->out[0]);
		r.x = l_times(l, l_fraction(l, number_of(power)), a->t);
		r.positive = l_le(l, l_fraction(l, number_of(0)), a->t);
		logic_assume(l, rounded(&r, m->out[0], mode));
		m->out[1] = fits(scaled(out.lo, power, -1)) && fits(scaled(out.hi, power, 1))
				    ? l->no
				    : l_free(l);
	}
	*overflow = m->out[1];
	out.t = m->out[0];
	if (digits)
		out.t = l_times(l, l_fraction(l, (struct number){1, power}), l_to_real(l, out.t));
	return out;
}

/*
 * Whole numbers under many remainders at once are a puzzle in which the solver counts few steps.
 * Further ones are free within their bounds.
 */
#define MAX_REMAINDERS 64

/* a = b * q + r with |r| < |b| and r of a's sign. */
static void say_remainder(struct encoder *e, term a, int64_t by, term r, term when)
{
	struct logic *l = &e->l;
	int64_t size = by < 0 ? -by : by;
	term zero = l_whole(l, 0), left, negative, wanted;

	if (++e->n_remainders > MAX_REMAINDERS) {
		logic_assume(l, l_implies(l, when,
					  l_and(l, l_lt(l, l_whole(l, -size), r),
						l_lt(l, r, l_whole(l, size)))));
		return;
	}
	left = l_mod(l, a, size);
	negative = l_and(l, l_lt(l, a, zero), l_not(l, l_eq(l, left, zero)));
	wanted = l_if(l, negative, l_minus(l, left, l_whole(l, size)), left);
	logic_assume(l, l_implies(l, when, l_eq(l, r, wanted)));
}

struct num num_modulo(struct encoder *e, const struct num *a, const struct num *b)
{
	struct logic *l = &e->l;
	wide most = a->hi > -a->lo ? a->hi : -a->lo;
	struct num out = num_whole(e, NULL, a->lo < 0 ? -most : 0, a->hi > 0 ? most : 0);
	struct number constant;
	term zero = l_whole(l, 0);
	struct memo *m;
	bool found;

	m = memo_find(e, OP_MOD, a->t, b->t, NULL, 0, &found);
	out.t = found ? m->out[0] : l_int(l);
	m->out[0] = out.t;
	if (found)
		return out;
	if (num_is_constant(e, b, &constant)) {
		if (constant.num && constant.num != INT64_MIN)
			say_remainder(e, a->t, constant.num, out.t, l->yes);
		return out;
	}
	for (wide i = b->lo; b->hi - b->lo < 64 && i <= b->hi; i++)
		if (i && fits(i) && i != INT64_MIN)
			say_remainder(e, a->t, (int64_t)i, out.t,
				      l_eq(l, b->t, l_whole(l, (int64_t)i)));
	logic_assume(l, l_implies(l, l_le(l, zero, a->t),
				  l_and(l, l_le(l, zero, out.t), l_le(l, out.t, a->t))));
	logic_assume(l, l_implies(l, l_le(l, a->t, zero),
				  l_and(l, l_le(l, out.t, zero), l_le(l, a->t, out.t))));
	return out;
}

/*
 * A quotient a / b against a constant is linear: with b above zero it is a against c * b.  So a
 * quotient that is only compared is said exactly where it is compared.
 */
static void say_against(struct encoder *e, term q, struct number c)
{
	struct logic *l = &e->l;

	for (uint32_t i = 0; i < e->n_quotients; i++) {
		const struct quotient *of = &e->quotients[i];
		term zero = l_fraction(l, number_of(0)), constant = l_fraction(l, c);
		term line = l_times(l, constant, of->b);
		term above = l_lt(l, zero, of->b), below = l_lt(l, of->b, zero);

		if (of->q != q)
			continue;
		logic_assume(l, l_implies(l, above,
					  l_eq(l, l_lt(l, q, constant), l_lt(l, of->a, line))));
		logic_assume(l, l_implies(l, below,
					  l_eq(l, l_lt(l, q, constant), l_lt(l, line, of->a))));
		logic_assume(l, l_implies(l, l_or(l, above, below),
					  l_eq(l, l_eq(l, q, constant), l_eq(l, of->a, line))));
	}
}

/* The same of a quotient that was rounded first: at the ends of what is rounded to c. */
static void say_rounded_against(struct encoder *e, const struct num *a, struct number c)
{
	for (uint32_t i = 0; i < e->n_memos; i++) {
		const struct memo *m = e->memos[i].memo;
		int64_t power = m->op == OP_ROUND ? powers[m->extra / 8] : 1;
		struct number scale = {1, power}, at, half;

		if (m->op != OP_ROUND || c.den > INT32_MAX ||
		    !number_mul(c, number_of(power), &at) || !number_round(at, 0, ROUND_FLOOR, &at))
			continue;
		for (int k = -2; k <= 4; k++)
			if (number_add(at, (struct number){k, 2}, &half) &&
			    number_mul(half, scale, &half))
				say_against(e, m->a, half);
	}
	(void)a;
}

static term ordered(struct encoder *e, term a, term b, enum comparison how)
{
	struct logic *l = &e->l;

	switch (how) {
	case COMPARE_EQ: return l_eq(l, a, b);
	case COMPARE_NE: return l_not(l, l_eq(l, a, b));
	case COMPARE_LT: return l_lt(l, a, b);
	case COMPARE_LE: return l_le(l, a, b);
	case COMPARE_GT: return l_lt(l, b, a);
	case COMPARE_GE: break;
	}
	return l_le(l, b, a);
}

term num_compare(struct encoder *e, const struct num *a, const struct num *b, enum comparison how)
{
	bool real = a->real || b->real;
	struct number c;

	if (e->n_quotients && num_is_constant(e, b, &c)) {
		say_against(e, a->t, c);
		say_rounded_against(e, a, c);
	} else if (e->n_quotients && num_is_constant(e, a, &c)) {
		say_against(e, b->t, c);
		say_rounded_against(e, b, c);
	}
	return ordered(e, real ? num_real(e, a) : a->t, real ? num_real(e, b) : b->t, how);
}
