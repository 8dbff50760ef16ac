/* Exact arithmetic: + - * / % min max round pct_of, and literals of decimals and quantities. */
#include "screener/compile/expr.h"

static bool all_integers(const struct expr *e)
{
	for (uint32_t i = 0; i < e->n; i++)
		if (e->args[i]->type.kind != TYPE_INT)
			return false;
	return true;
}

/* Arguments that may be numbers or quantities; quantity is the unit's type when there is one. */
static struct expr *numeric_args(const struct call *call, struct type *quantity)
{
	struct expr *e = expr_new(call->c, call->op->code, TYPE(TYPE_DEC), (uint32_t)call->n);
	bool ok = true;

	*quantity = TYPE(TYPE_NONE);
	for (uint32_t i = 0; i < e->n; i++) {
		e->args[i] = call_arg(call, i);
		if (e->args[i] && e->args[i]->type.kind == TYPE_QTY)
			*quantity = e->args[i]->type;
		else if (!e->args[i] || !expr_need(call->c, CALL_AT(call, i), e->args[i], TYPE_DEC))
			ok = false;
	}
	return ok ? e : NULL;
}

static struct expr *build_sum(const struct call *call)
{
	struct type quantity, type;
	struct expr *e = numeric_args(call, &quantity);

	if (!e)
		return NULL;
	if (call->n == 1 && e->op == OP_SUB)
		e->op = OP_NEG;
	if (quantity.kind == TYPE_NONE) {
		e->type = TYPE(all_integers(e) ? TYPE_INT : TYPE_DEC);
		return e;
	}
	e->type = quantity;
	for (uint32_t i = 1; i < e->n; i++)
		if (!expr_unify(call->c, CALL_AT(call, i), e->args[0], e->args[i], &type))
			return NULL;
	return e;
}

static struct expr *build_product(const struct call *call)
{
	struct type quantity;
	struct expr *e = numeric_args(call, &quantity);
	int quantities = 0;

	if (!e)
		return NULL;
	for (uint32_t i = 0; i < e->n; i++)
		quantities += e->args[i]->type.kind == TYPE_QTY;
	if (quantities > 1) {
		ERROR_AT(call->c, call->at, "TYPE_MISMATCH",
			 "Quantities cannot be multiplied with each other: take in_unit first.");
		return NULL;
	}
	e->type = quantities ? quantity : TYPE(all_integers(e) ? TYPE_INT : TYPE_DEC);
	return e;
}

static struct expr *build_fraction(const struct call *call)
{
	struct expr *e = expr_new(call->c, call->op->code, TYPE(TYPE_DEC), (uint32_t)call->n);

	return call_args(call, 0, TYPE_DEC, e->args) ? e : NULL;
}

static struct expr *build_mod(const struct call *call)
{
	struct expr *e = expr_new(call->c, OP_MOD, TYPE(TYPE_INT), 2);

	return call_args(call, 0, TYPE_INT, e->args) ? e : NULL;
}

static struct expr *build_extreme(const struct call *call)
{
	struct expr *e = expr_new(call->c, call->op->code, TYPE(TYPE_NONE), (uint32_t)call->n);
	bool ok = true;

	for (uint32_t i = 0; i < e->n; i++) {
		e->args[i] = call_arg(call, i);
		ok = ok && e->args[i];
	}
	if (!ok)
		return NULL;
	e->type = e->args[0]->type;
	for (uint32_t i = 0; i < e->n; i++) {
		struct type type = e->args[i]->type;

		if (!expr_is_number(e->args[i]) && type.kind != TYPE_DATE &&
		    type.kind != TYPE_QTY) {
			ERROR_AT(call->c, CALL_AT(call, i), "TYPE_MISMATCH",
				 "A number, quantity or date is needed here.");
			return NULL;
		}
		if (!expr_unify(call->c, CALL_AT(call, i), e->args[0], e->args[i], &type))
			return NULL;
		if (type.kind == TYPE_DEC)
			e->type = type;
	}
	return e;
}

static struct expr *build_round(const struct call *call)
{
	struct expr *x = call_arg(call, 0);
	json_t *digits = call_json(call, 1), *mode = call_json(call, 2);
	enum number_rounding how;
	struct expr *e;

	if (!x || !expr_need(call->c, CALL_AT(call, 0), x, TYPE_DEC))
		return NULL;
	if (!json_is_integer(digits) || json_integer_value(digits) < 0 ||
	    json_integer_value(digits) > 9 || !json_is_string(mode) ||
	    !number_rounding_parse(json_str(mode), &how)) {
		ERROR_AT(call->c, call->at, "BAD_VALUE",
			 "\"round\" takes a number, digits from 0 to 9 and a mode.");
		return NULL;
	}
	e = expr_new(call->c, OP_ROUND, TYPE(json_integer_value(digits) ? TYPE_DEC : TYPE_INT), 1);
	e->args[0] = x;
	e->imm = json_integer_value(digits);
	e->sub = how;
	return e;
}

static struct expr *build_decimal(const struct call *call)
{
	struct number n;

	if (!json_decimal(call->c, call->at, call_json(call, 0), &n))
		return NULL;
	return expr_constant(call->c, TYPE(TYPE_DEC), value_number(n));
}

static struct expr *build_quantity(const struct call *call)
{
	json_t *unit = call_json(call, 1);
	struct type type = {.kind = TYPE_QTY};
	struct number n;

	if (!json_decimal(call->c, CALL_AT(call, 0), call_json(call, 0), &n))
		return NULL;
	if (!json_is_string(unit) || !code_is_valid(json_str(unit))) {
		ERROR_AT(call->c, CALL_AT(call, 1), "BAD_VALUE", "This is no UCUM unit.");
		return NULL;
	}
	type.of = unit_index(call->c, CALL_AT(call, 1), json_str(unit));
	return expr_constant(call->c, type, value_number(n));
}

static struct expr *build_in_unit(const struct call *call)
{
	struct expr *x = call_arg(call, 0);
	json_t *unit = call_json(call, 1);
	struct expr *e;

	if (!x || !expr_need(call->c, CALL_AT(call, 0), x, TYPE_QTY))
		return NULL;
	if (!json_is_string(unit) || !str_eq(json_str(unit), call->c->units[x->type.of])) {
		ERROR_AT(call->c, CALL_AT(call, 1), "TYPE_MISMATCH", "The quantity is in \"%.*s\".",
			 STR_ARG(call->c->units[x->type.of]));
		return NULL;
	}
	e = arena_memdup(call->c->arena, x, sizeof *x);
	e->type = TYPE(TYPE_DEC);
	return e;
}

const struct rule_operator op_number[] = {
	{"+", build_sum, 1, 1000, OP_ADD, 0},
	{"-", build_sum, 1, 2, OP_SUB, 0},
	{"*", build_product, 1, 1000, OP_MUL, 0},
	{"/", build_fraction, 2, 2, OP_DIV, 0},
	{"%", build_mod, 2, 2, OP_MOD, 0},
	{"min", build_extreme, 1, 1000, OP_MIN, 0},
	{"max", build_extreme, 1, 1000, OP_MAX, 0},
	{"round", build_round, 3, 3, OP_ROUND, 0},
	{"pct_of", build_fraction, 2, 2, OP_PCT_OF, 0},
	{"decimal", build_decimal, 1, 1, OP_VALUE, 0},
	{"quantity", build_quantity, 2, 2, OP_VALUE, 0},
	{"in_unit", build_in_unit, 2, 2, OP_VAR, 0},
	{},
};
