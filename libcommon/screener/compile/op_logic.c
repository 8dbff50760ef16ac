/* and, or, !, if, at_least, count_true, missing. */
#include "screener/compile/expr.h"

static struct expr *build_boolean(const struct call *call)
{
	struct expr *e = expr_new(call->c, call->op->code, TYPE(TYPE_BOOL), (uint32_t)call->n);

	if (!call_args(call, 0, TYPE_BOOL, e->args))
		return NULL;
	return e;
}

static struct expr *build_count_true(const struct call *call)
{
	struct expr *e = build_boolean(call);

	if (e)
		e->type = TYPE(TYPE_INT);
	return e;
}

/* Conditions at even places but the last, values elsewhere. */
static bool if_argument(const struct call *call, struct expr *e, uint32_t i, int64_t *first)
{
	struct type type;

	e->args[i] = call_arg(call, i);
	if (!e->args[i])
		return false;
	if (i % 2 == 0 && i + 1 < call->n)
		return expr_need(call->c, CALL_AT(call, i), e->args[i], TYPE_BOOL);
	if (*first < 0) {
		*first = i;
		e->type = e->args[i]->type;
		return true;
	}
	if (!expr_unify(call->c, CALL_AT(call, i), e->args[*first], e->args[i], &type))
		return false;
	if (type.kind != e->args[*first]->type.kind)
		*first = i;
	e->type = type;
	return true;
}

static struct expr *build_if(const struct call *call)
{
	struct expr *e = expr_new(call->c, OP_IF, TYPE(TYPE_NONE), (uint32_t)call->n);
	int64_t first = -1;
	bool ok = true;

	if (call->n % 2 == 0) {
		ERROR_AT(call->c, call->at, "ARITY",
			 "\"if\" takes pairs of condition and value, and a last value.");
		return NULL;
	}
	for (uint32_t i = 0; i < e->n; i++)
		ok = if_argument(call, e, i, &first) && ok;
	for (uint32_t i = 1; ok && i < e->n; i += 2)
		ok = expr_coerce(call->c, call->at, e->args[i], e->type);
	if (!ok || e->type.kind == TYPE_ROWS || e->type.kind == TYPE_SET) {
		if (ok)
			ERROR_AT(call->c, call->at, "TYPE_MISMATCH", "\"if\" cannot give %s.",
				 type_name(e->type));
		return NULL;
	}
	return e;
}

static struct expr *build_at_least(const struct call *call)
{
	json_t *list = call_json(call, 1);
	struct call inner = *call;
	struct expr *e, *n = call_arg(call, 0);

	inner.at = AT_INDEX(call->at, 1);
	inner.args = list;
	inner.n = json_array_size(list);
	if (!json_is_array(list) || !inner.n) {
		ERROR_AT(call->c, inner.at, "WRONG_TYPE", "An array of conditions is expected.");
		return NULL;
	}
	e = expr_new(call->c, OP_AT_LEAST, TYPE(TYPE_BOOL), (uint32_t)inner.n + 1);
	e->args[0] = n;
	if (!call_args(&inner, 0, TYPE_BOOL, e->args + 1) || !n ||
	    !expr_need(call->c, AT_INDEX(call->at, 0), n, TYPE_INT))
		return NULL;
	return e;
}

static struct expr *missing_one(const struct call *call, size_t i)
{
	const struct name_ref *ref = name_of(call->c, CALL_AT(call, i), call_json(call, i));
	struct expr *e;

	if (!ref)
		return NULL;
	if (ref->item < 0 || ref->row_group >= 0 || ref->type.kind == TYPE_NONE) {
		ERROR_AT(call->c, CALL_AT(call, i), "SCOPE",
			 "Only a question outside of rows can be missing.");
		return NULL;
	}
	e = expr_new(call->c, OP_MISSING, TYPE(TYPE_BOOL), 0);
	e->imm = ref->item;
	return e;
}

static struct expr *build_missing(const struct call *call)
{
	struct expr *e = expr_new(call->c, OP_OR, TYPE(TYPE_BOOL), (uint32_t)call->n);
	bool ok = true;

	if (!call->scope->allow_missing) {
		ERROR_AT(call->c, call->at, "MISSING_IN_RULE",
			 "\"missing\" is allowed in \"required\" and in constraints only.");
		return NULL;
	}
	for (size_t i = 0; i < call->n; i++) {
		e->args[i] = missing_one(call, i);
		ok = ok && e->args[i];
	}
	return ok ? e : NULL;
}

const struct rule_operator op_logic[] = {
	{"and", build_boolean, 1, 1000, OP_AND, 0},
	{"or", build_boolean, 1, 1000, OP_OR, 0},
	{"!", build_boolean, 1, 1, OP_NOT, 0},
	{"if", build_if, 3, 1001, OP_IF, 0},
	{"count_true", build_count_true, 1, 1000, OP_COUNT_TRUE, 0},
	{"at_least", build_at_least, 2, 2, OP_AT_LEAST, 0},
	{"missing", build_missing, 1, 1000, OP_MISSING, 0},
	{},
};
