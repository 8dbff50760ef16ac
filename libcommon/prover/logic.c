/* Building terms: constants are folded here, all else is the solver's business. */
#include "prover/logic.h"

static void ignore(Z3_context z3, Z3_error_code code)
{
	(void)z3;
	(void)code;
}

bool logic_open(struct logic *l, struct arena *arena)
{
	Z3_config config = Z3_mk_config();

	*l = (struct logic){.arena = arena};
	Z3_set_param_value(config, "model", "true");
	l->z3 = Z3_mk_context(config);
	Z3_del_config(config);
	if (!l->z3)
		return false;
	Z3_set_error_handler(l->z3, ignore);
	l->bools = Z3_mk_bool_sort(l->z3);
	l->ints = Z3_mk_int_sort(l->z3);
	l->reals = Z3_mk_real_sort(l->z3);
	l->yes = Z3_mk_true(l->z3);
	l->no = Z3_mk_false(l->z3);
	return true;
}

void logic_close(struct logic *l)
{
	Z3_del_context(l->z3);
}

bool logic_is_full(const struct logic *l)
{
	return l->n_terms > LOGIC_MAX_TERMS;
}

/*
 * Once the limit is passed, or Z3 has refused a term, what is built no longer matters; it must
 * only stay a term of the sort that is expected.
 */
static term built(struct logic *l, term t, term otherwise)
{
	l->n_terms++;
	if (t)
		return t;
	l->n_terms = LOGIC_MAX_TERMS + 1;
	return otherwise;
}

void terms_add(struct logic *l, struct terms *terms, term t)
{
	if (terms->n == terms->cap) {
		uint32_t cap = terms->cap ? terms->cap * 2 : 16;

		terms->list = arena_grow(l->arena, terms->list, terms->cap * sizeof(term),
					 cap * sizeof(term));
		terms->cap = cap;
	}
	terms->list[terms->n++] = t;
}

void logic_assume(struct logic *l, term fact)
{
	if (fact != l->yes)
		terms_add(l, &l->facts, fact);
}

term l_bool(struct logic *l)
{
	return built(l, Z3_mk_fresh_const(l->z3, "b", l->bools), l->yes);
}

term l_int(struct logic *l)
{
	return built(l, Z3_mk_fresh_const(l->z3, "i", l->ints), l->yes);
}

term l_real(struct logic *l)
{
	return built(l, Z3_mk_fresh_const(l->z3, "r", l->reals), l->yes);
}

term l_named(struct logic *l, term t)
{
	term name;

	if (t == l->yes || t == l->no)
		return t;
	name = l_bool(l);
	logic_assume(l, l_eq(l, name, t));
	return name;
}

term l_free(struct logic *l)
{
	term t = l_bool(l);

	terms_add(l, &l->free, t);
	return t;
}

term l_not(struct logic *l, term a)
{
	if (a == l->yes)
		return l->no;
	if (a == l->no)
		return l->yes;
	if (Z3_get_ast_kind(l->z3, a) == Z3_APP_AST &&
	    Z3_get_decl_kind(l->z3, Z3_get_app_decl(l->z3, Z3_to_app(l->z3, a))) == Z3_OP_NOT)
		return Z3_get_app_arg(l->z3, Z3_to_app(l->z3, a), 0);
	return built(l, Z3_mk_not(l->z3, a), a);
}

term l_and(struct logic *l, term a, term b)
{
	if (a == l->no || b == l->no)
		return l->no;
	if (a == l->yes || a == b)
		return b;
	if (b == l->yes)
		return a;
	return built(l, Z3_mk_and(l->z3, 2, (term[]){a, b}), a);
}

term l_or(struct logic *l, term a, term b)
{
	if (a == l->yes || b == l->yes)
		return l->yes;
	if (a == l->no || a == b)
		return b;
	if (b == l->no)
		return a;
	return built(l, Z3_mk_or(l->z3, 2, (term[]){a, b}), a);
}

/* Those that are not neutral; false when one decides. */
static bool sift(struct logic *l, const struct terms *terms, term neutral, struct terms *out)
{
	term decisive = neutral == l->yes ? l->no : l->yes;

	for (uint32_t i = 0; i < terms->n; i++) {
		if (terms->list[i] == decisive)
			return false;
		if (terms->list[i] != neutral)
			terms_add(l, out, terms->list[i]);
	}
	return true;
}

term l_all(struct logic *l, const struct terms *terms)
{
	struct terms some = {};

	if (!sift(l, terms, l->yes, &some))
		return l->no;
	if (some.n < 2)
		return some.n ? some.list[0] : l->yes;
	l->n_terms += some.n / 4;
	return built(l, Z3_mk_and(l->z3, some.n, some.list), l->yes);
}

term l_any(struct logic *l, const struct terms *terms)
{
	struct terms some = {};

	if (!sift(l, terms, l->no, &some))
		return l->yes;
	if (some.n < 2)
		return some.n ? some.list[0] : l->no;
	l->n_terms += some.n / 4;
	return built(l, Z3_mk_or(l->z3, some.n, some.list), l->yes);
}

term l_if(struct logic *l, term when, term a, term b)
{
	if (when == l->yes || a == b)
		return a;
	if (when == l->no)
		return b;
	return built(l, Z3_mk_ite(l->z3, when, a, b), a);
}

term l_implies(struct logic *l, term a, term b)
{
	return l_or(l, l_not(l, a), b);
}

term l_whole(struct logic *l, int64_t n)
{
	return built(l, Z3_mk_int64(l->z3, n, l->ints), l->yes);
}

term l_fraction(struct logic *l, struct number n)
{
	term top = Z3_mk_int64(l->z3, n.num, l->reals);
	term bottom = Z3_mk_int64(l->z3, n.den, l->reals);

	if (n.den == 1)
		return built(l, top, l->yes);
	return built(l, Z3_simplify(l->z3, Z3_mk_div(l->z3, top, bottom)), l->yes);
}

term l_to_real(struct logic *l, term whole)
{
	if (Z3_is_numeral_ast(l->z3, whole))
		return built(l, Z3_simplify(l->z3, Z3_mk_int2real(l->z3, whole)), whole);
	return built(l, Z3_mk_int2real(l->z3, whole), whole);
}

term l_plus(struct logic *l, term a, term b)
{
	return built(l, Z3_mk_add(l->z3, 2, (term[]){a, b}), a);
}

term l_minus(struct logic *l, term a, term b)
{
	return built(l, Z3_mk_sub(l->z3, 2, (term[]){a, b}), a);
}

term l_times(struct logic *l, term a, term b)
{
	return built(l, Z3_mk_mul(l->z3, 2, (term[]){a, b}), a);
}

/*
 * a = by * quotient + rest with 0 <= rest < by, which is linear.  With div and mod of its own the
 * simplex does not end where many of them meet.
 */
static void divide(struct logic *l, term a, int64_t by, term *quotient, term *rest)
{
	*quotient = l_int(l);
	*rest = l_int(l);
	logic_assume(l, l_le(l, l_whole(l, 0), *rest));
	logic_assume(l, l_lt(l, *rest, l_whole(l, by)));
	logic_assume(l, l_eq(l, a, l_plus(l, l_times(l, l_whole(l, by), *quotient), *rest)));
}

term l_floor_div(struct logic *l, term a, int64_t by)
{
	term quotient, rest;

	divide(l, a, by, &quotient, &rest);
	return quotient;
}

term l_mod(struct logic *l, term a, int64_t by)
{
	term quotient, rest;

	divide(l, a, by, &quotient, &rest);
	return rest;
}

/* Two numerals are compared here: ranges of constants fold many rules away. */
static bool both_constant(struct logic *l, term a, term b)
{
	return Z3_is_numeral_ast(l->z3, a) && Z3_is_numeral_ast(l->z3, b);
}

static term folded(struct logic *l, term t)
{
	term simple = built(l, Z3_simplify(l->z3, t), t);
	Z3_lbool value = Z3_get_bool_value(l->z3, simple);

	return value == Z3_L_TRUE ? l->yes : value == Z3_L_FALSE ? l->no : simple;
}

term l_eq(struct logic *l, term a, term b)
{
	term t;

	if (a == b)
		return l->yes;
	t = built(l, Z3_mk_eq(l->z3, a, b), l->yes);
	return both_constant(l, a, b) ? folded(l, t) : t;
}

term l_le(struct logic *l, term a, term b)
{
	term t = built(l, Z3_mk_le(l->z3, a, b), l->yes);

	return a == b ? l->yes : both_constant(l, a, b) ? folded(l, t) : t;
}

term l_lt(struct logic *l, term a, term b)
{
	term t = built(l, Z3_mk_lt(l->z3, a, b), l->yes);

	return a == b ? l->no : both_constant(l, a, b) ? folded(l, t) : t;
}
