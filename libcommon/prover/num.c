/*
 * Exact numbers.  Sums, products with a constant or with one of a few values, and
 * roundings are linear and said exactly; other products and quotients are free
 * within their bounds, and said exactly only to the solver that comes second.
 * What is known of range and denominator tells which results always fit into the
 * engine's 64 bits.
 */
#include "prover/part.h"
#include "prover/wide.h"

#define FEW 64

static wide magnitude(const struct num *n)
{
	wide low = n->lo < 0 ? -n->lo : n->lo, high = n->hi < 0 ? -n->hi : n->hi;

	return low > high ? low : high;
}

static bool always_fits(const struct num *n)
{
	return n->den <= INT64_MAX && product(magnitude(n), n->den) <= INT64_MAX;
}

static wide floor_of(struct number n)
{
	return n.num / n.den - (n.num % n.den < 0);
}

static bool divides_power_of_ten(int64_t den)
{
	while (den % 2 == 0)
		den /= 2;
	while (den % 5 == 0)
		den /= 5;
	return den == 1;
}

static unsigned places_of(struct number n)
{
	unsigned places = 0;

	for (int64_t power = 1; power % n.den && places < 9; power *= 10)
		places++;
	return places;
}

struct num num_constant(struct encoder *e, struct number n)
{
	struct num out = {.real = n.den != 1,
			  .decimal = divides_power_of_ten(n.den),
			  .lo = floor_of(n),
			  .hi = floor_of(n) + (n.den != 1),
			  .den = n.den};
	struct number *of = arena_new_of(e->arena, struct number);

	out.t = out.real ? l_fraction(&e->l, n) : l_whole(&e->l, n.num);
	*of = n;
	out.of = of;
	out.n_of = 1;
	if (places_of(n) > e->places)
		e->places = places_of(n);
	return out;
}

struct num num_whole(struct encoder *e, term t, wide lo, wide hi)
{
	(void)e;
	return (struct num){.t = t, .decimal = true, .lo = lo, .hi = hi, .den = 1};
}

bool num_is_constant(const struct encoder *e, const struct num *a, struct number *out)
{
	if (a->n_of != 1 || !Z3_is_numeral_ast(e->l.z3, a->t))
		return false;
	*out = a->of[0];
	return true;
}

term num_real(struct encoder *e, const struct num *n)
{
	return n->real ? n->t : l_to_real(&e->l, n->t);
}

static uint32_t add_new(struct number *of, uint32_t n, struct number v)
{
	uint32_t k = 0;

	while (k < n && number_compare(of[k], v) != 0)
		k++;
	of[k] = v;
	return n + (k == n);
}

/* The values of both, when they are few. */
static void few_of_both(struct encoder *e, const struct num *a, const struct num *b,
			struct num *out)
{
	struct number *of;
	uint32_t n = 0;

	out->n_of = 0;
	if (!a->n_of || !b->n_of || a->n_of + b->n_of > FEW)
		return;
	of = arena_array_of(e->arena, struct number, a->n_of + b->n_of);
	for (uint32_t i = 0; i < a->n_of + b->n_of; i++)
		n = add_new(of, n, i < a->n_of ? a->of[i] : b->of[i - a->n_of]);
	out->of = of;
	out->n_of = n;
}

struct num num_choose(struct encoder *e, term when, const struct num *a, const struct num *b)
{
	struct num out = {.real = a->real || b->real,
			  .decimal = a->decimal && b->decimal,
			  .lo = smaller(a->lo, b->lo),
			  .hi = larger(a->hi, b->hi),
			  .den = larger(a->den, b->den)};

	out.t = out.real ? l_if(&e->l, when, num_real(e, a), num_real(e, b))
			 : l_if(&e->l, when, a->t, b->t);
	few_of_both(e, a, b, &out);
	return out;
}

struct num num_among(struct encoder *e, const struct number *list, uint32_t n)
{
	struct number *of = arena_array_of(e->arena, struct number, FEW + 1);
	struct num out = {.decimal = true, .den = 1};

	for (uint32_t i = 0; i < n; i++) {
		wide low = floor_of(list[i]), high = low + (list[i].den != 1);

		out.lo = i ? smaller(out.lo, low) : low;
		out.hi = i ? larger(out.hi, high) : high;
		out.real = out.real || list[i].den != 1;
		out.den = product(out.den, list[i].den) / greatest_divisor(out.den, list[i].den);
		out.decimal = out.decimal && divides_power_of_ten(list[i].den);
		if (out.n_of < FEW + 1)
			out.n_of = add_new(of, out.n_of, list[i]);
	}
	out.of = of;
	if (out.n_of > FEW)
		out.n_of = 0;
	return out;
}

/* Small ranges of whole numbers are a few values, too. */
static bool few_values(struct encoder *e, const struct num *n, const struct number **of,
		       uint32_t *n_of)
{
	struct number *list;

	*of = n->of;
	*n_of = n->n_of;
	if (n->n_of)
		return true;
	if (n->real || n->hi - n->lo >= FEW)
		return false;
	list = arena_array_of(e->arena, struct number, FEW);
	for (wide i = n->lo; i <= n->hi; i++)
		list[(size_t)(i - n->lo)] = number_of((int64_t)i);
	*of = list;
	*n_of = (uint32_t)(n->hi - n->lo + 1);
	return true;
}

static term outside(struct encoder *e, const struct num *n)
{
	struct logic *l = &e->l;

	if (n->real)
		return l_or(l, l_lt(l, n->t, l_fraction(l, number_of(INT64_MIN))),
			    l_lt(l, l_fraction(l, number_of(INT64_MAX)), n->t));
	return l_or(l, l_lt(l, n->t, l_whole(l, INT64_MIN)), l_lt(l, l_whole(l, INT64_MAX), n->t));
}

/* Whole numbers fit or not by their size; of fractions the denominator may be too large. */
static term overflow_of(struct encoder *e, const struct num *n)
{
	term large;

	if (always_fits(n))
		return e->l.no;
	large = magnitude(n) <= INT64_MAX ? e->l.no : outside(e, n);
	return n->real ? l_or(&e->l, large, l_free(&e->l)) : large;
}

static void bound(struct encoder *e, const struct num *n)
{
	struct logic *l = &e->l;
	bool low = n->lo > -(wide)INT64_MAX, high = n->hi < (wide)INT64_MAX;
	struct number lo = number_of(low ? (int64_t)n->lo : 0);
	struct number hi = number_of(high ? (int64_t)n->hi : 0);

	if (low)
		logic_assume(l, l_le(l, n->real ? l_fraction(l, lo) : l_whole(l, lo.num), n->t));
	if (high)
		logic_assume(l, l_le(l, n->t, n->real ? l_fraction(l, hi) : l_whole(l, hi.num)));
}

/* A denominator of the sum: for decimals the larger one, which the smaller divides. */
static wide common_den(const struct num *a, const struct num *b)
{
	if (a->den == b->den)
		return a->den;
	if (a->decimal && b->decimal) {
		wide tens = 1, most = larger(a->den, b->den);

		/* 1/4 and 1/5 make 1/20: the power of ten that both divide. */
		while (tens < product(most, most) && (tens % a->den || tens % b->den))
			tens = product(tens, 10);
		return tens;
	}
	return product(a->den, b->den);
}

struct num num_add(struct encoder *e, const struct num *a, const struct num *b, bool minus,
		   term *overflow)
{
	struct num out = {.real = a->real || b->real,
			  .decimal = a->decimal && b->decimal,
			  .lo = clamp(minus ? a->lo - b->hi : a->lo + b->lo),
			  .hi = clamp(minus ? a->hi - b->lo : a->hi + b->hi),
			  .den = common_den(a, b)};
	term x = out.real ? num_real(e, a) : a->t, y = out.real ? num_real(e, b) : b->t;

	out.t = minus ? l_minus(&e->l, x, y) : l_plus(&e->l, x, y);
	*overflow = overflow_of(e, &out);
	return out;
}

static void product_bounds(const struct num *a, const struct num *b, struct num *out)
{
	wide corners[] = {product(a->lo, b->lo), product(a->lo, b->hi), product(a->hi, b->lo),
			  product(a->hi, b->hi)};

	out->lo = out->hi = corners[0];
	for (int i = 1; i < 4; i++) {
		out->lo = smaller(out->lo, corners[i]);
		out->hi = larger(out->hi, corners[i]);
	}
}

/* Above, below or at zero. */
static term signed_as(struct encoder *e, const struct num *n, int sign)
{
	struct logic *l = &e->l;
	term zero = n->real ? l_fraction(l, number_of(0)) : l_whole(l, 0);

	return sign > 0	  ? l_lt(l, zero, n->t)
	       : sign < 0 ? l_lt(l, n->t, zero)
			  : l_eq(l, zero, n->t);
}

/* The sign of a product or quotient follows from those of the two. */
static void say_sign(struct encoder *e, const struct num *a, const struct num *b,
		     const struct num *out)
{
	for (int x = -1; x <= 1; x++)
		for (int y = -1; y <= 1; y++)
			logic_assume(&e->l,
				     l_implies(&e->l,
					       l_and(&e->l, signed_as(e, a, x), signed_as(e, b, y)),
					       signed_as(e, out, x * y)));
}

/* out = b * (one of the values of a), said for each. */
static void say_products(struct encoder *e, const struct num *a, const struct num *b,
			 const struct num *out)
{
	const struct number *of;
	uint32_t n;

	(void)few_values(e, a, &of, &n);
	for (uint32_t i = 0; i < n; i++) {
		term factor = out->real ? l_fraction(&e->l, of[i]) : l_whole(&e->l, of[i].num);
		term other = out->real ? num_real(e, b) : b->t;

		logic_assume(&e->l, l_implies(&e->l, num_is(e, a, of[i]),
					      l_eq(&e->l, out->t, l_times(&e->l, factor, other))));
	}
}

struct num num_multiply(struct encoder *e, const struct num *a, const struct num *b, term *overflow)
{
	struct num out = {.real = a->real || b->real,
			  .decimal = a->decimal && b->decimal,
			  .den = product(a->den, b->den)};
	const struct number *of;
	struct number constant;
	uint32_t n;
	struct memo *m;
	bool found;

	product_bounds(a, b, &out);
	if (num_is_constant(e, a, &constant) || num_is_constant(e, b, &constant)) {
		out.t = l_times(&e->l, out.real ? num_real(e, a) : a->t,
				out.real ? num_real(e, b) : b->t);
		*overflow = overflow_of(e, &out);
		return out;
	}
	m = memo_find(e, OP_MUL, a->t, b->t, NULL, 0, &found);
	out.t = found ? m->out[0] : out.real ? l_real(&e->l) : l_int(&e->l);
	*overflow = found ? m->out[1] : overflow_of(e, &out);
	m->out[0] = out.t;
	m->out[1] = *overflow;
	if (found)
		return out;
	bound(e, &out);
	if (few_values(e, a, &of, &n)) {
		say_products(e, a, b, &out);
	} else if (few_values(e, b, &of, &n)) {
		say_products(e, b, a, &out);
	} else {
		say_sign(e, a, b, &out);
		terms_add(&e->l, &e->l.exact,
			  l_eq(&e->l, num_real(e, &out),
			       l_times(&e->l, num_real(e, a), num_real(e, b))));
	}
	return out;
}

static void say_quotient(struct encoder *e, const struct num *a, const struct num *b,
			 const struct num *out)
{
	const struct number *of;
	struct logic *l = &e->l;
	struct number inverse;
	uint32_t n;

	if (few_values(e, b, &of, &n)) {
		for (uint32_t i = 0; i < n; i++)
			if (number_div(number_of(1), of[i], &inverse))
				logic_assume(l, l_implies(l, num_is(e, b, of[i]),
							  l_eq(l, out->t,
							       l_times(l, l_fraction(l, inverse),
								       num_real(e, a)))));
		return;
	}
	say_sign(e, a, b, out);
	*LIST_ADD(e, e->quotients, e->n_quotients, e->quotients_cap) =
		(struct quotient){out->t, num_real(e, a), num_real(e, b)};
	terms_add(l, &l->exact,
		  l_implies(l, l_not(l, num_is(e, b, number_of(0))),
			    l_eq(l, l_times(l, out->t, num_real(e, b)), num_real(e, a))));
}

/* The divisor is no zero wherever the result matters. */
struct num num_divide(struct encoder *e, const struct num *a, const struct num *b, term *overflow)
{
	/* A fraction other than zero is at least 1/den. */
	wide most = product(magnitude(a), b->den);
	struct num out = {.real = true,
			  .lo = a->lo >= 0 && b->lo >= 0 ? 0 : -most,
			  .hi = most,
			  .den = product(a->den, product(magnitude(b), b->den))};
	struct number constant, inverse;
	struct memo *m;
	bool found;

	if (num_is_constant(e, b, &constant) && number_div(number_of(1), constant, &inverse)) {
		out.decimal = a->decimal && divides_power_of_ten(inverse.den);
		out.t = l_times(&e->l, l_fraction(&e->l, inverse), num_real(e, a));
		*overflow = overflow_of(e, &out);
		return out;
	}
	m = memo_find(e, OP_DIV, a->t, b->t, NULL, 0, &found);
	out.t = found ? m->out[0] : l_real(&e->l);
	*overflow = found ? m->out[1] : overflow_of(e, &out);
	m->out[0] = out.t;
	m->out[1] = *overflow;
	if (!found) {
		bound(e, &out);
		say_quotient(e, a, b, &out);
	}
	return out;
}

term num_is(struct encoder *e, const struct num *a, struct number n)
{
	if (a->real)
		return l_eq(&e->l, a->t, l_fraction(&e->l, n));
	return n.den == 1 ? l_eq(&e->l, a->t, l_whole(&e->l, n.num)) : e->l.no;
}
