/* Dates: literals, today, arithmetic, ages. */
#include "screener/compile/expr.h"

static struct expr *build_date(const struct call *call)
{
	json_t *text = call_json(call, 0);
	date_days days;

	if (!json_is_string(text) || !date_parse(json_str(text), &days)) {
		ERROR_AT(call->c, call->at, "BAD_VALUE", "A date is YYYY-MM-DD.");
		return NULL;
	}
	return expr_constant(call->c, TYPE(TYPE_DATE), value_integer(days));
}

static struct expr *build_today(const struct call *call)
{
	return expr_new(call->c, OP_TODAY, TYPE(TYPE_DATE), 0);
}

static bool unit_argument(const struct call *call, size_t i, uint8_t *out)
{
	json_t *name = call_json(call, i);
	enum calendar_unit unit;

	if (!json_is_string(name) || !calendar_unit_parse(json_str(name), &unit)) {
		ERROR_AT(call->c, CALL_AT(call, i), "BAD_VALUE",
			 "The unit is \"D\", \"W\", \"M\" or \"Y\".");
		return false;
	}
	*out = (uint8_t)unit;
	return true;
}

static struct expr *two_and_unit(const struct call *call, enum type_kind second,
				 enum type_kind result)
{
	struct expr *e = expr_new(call->c, call->op->code, TYPE(result), 2);

	e->args[0] = call_arg(call, 0);
	e->args[1] = call_arg(call, 1);
	if (!unit_argument(call, 2, &e->sub) || !e->args[0] || !e->args[1] ||
	    !expr_need(call->c, CALL_AT(call, 0), e->args[0], TYPE_DATE) ||
	    !expr_need(call->c, CALL_AT(call, 1), e->args[1], second))
		return NULL;
	return e;
}

static struct expr *build_date_add(const struct call *call)
{
	return two_and_unit(call, TYPE_INT, TYPE_DATE);
}

static struct expr *build_date_diff(const struct call *call)
{
	return two_and_unit(call, TYPE_DATE, TYPE_INT);
}

static struct expr *build_age_at(const struct call *call)
{
	struct expr *e = expr_new(call->c, OP_AGE_AT, TYPE(TYPE_INT), 2);

	if (!call_args(call, 0, TYPE_DATE, e->args))
		return NULL;
	if (call->n == 1)
		e->args[1] = build_today(call);
	return e;
}

static struct expr *build_part(const struct call *call)
{
	struct expr *e = expr_new(call->c, call->op->code, TYPE(TYPE_INT), 1);

	return call_args(call, 0, TYPE_DATE, e->args) ? e : NULL;
}

const struct rule_operator op_date[] = {
	{"date", build_date, 1, 1, OP_VALUE, 0},
	{"today", build_today, 0, 0, OP_TODAY, 0},
	{"date_add", build_date_add, 3, 3, OP_DATE_ADD, 0},
	{"date_diff", build_date_diff, 3, 3, OP_DATE_DIFF, 0},
	{"age_at", build_age_at, 1, 2, OP_AGE_AT, 0},
	{"year", build_part, 1, 1, OP_YEAR, 0},
	{"month", build_part, 1, 1, OP_MONTH, 0},
	{"day", build_part, 1, 1, OP_DAY, 0},
	{},
};
