/* ==, !=, <, <=, >, >=, between, in, starts_with; fused with a constant where that is common. */
#include "screener/compile/expr.h"

static enum comparison mirrored(enum comparison how)
{
	switch (how) {
	case COMPARE_LT: return COMPARE_GT;
	case COMPARE_LE: return COMPARE_GE;
	case COMPARE_GT: return COMPARE_LT;
	case COMPARE_GE: return COMPARE_LE;
	default: return how;
	}
}

static bool is_slot(const struct expr *e)
{
	return e->op == OP_VAR || e->op == OP_VAR_BOOL;
}

static bool is_integer_constant(const struct expr *e)
{
	return e->constant && e->type.kind != TYPE_TEXT && e->type.kind != TYPE_CODE &&
	       number_is_integer(e->value.number);
}

static struct expr *fuse_integer(struct compiler *c, const struct expr *slot,
				 const struct expr *constant, enum comparison how)
{
	struct expr *e = expr_new(c, OP_COMPARE_IMM, TYPE(TYPE_BOOL), 0);

	e->slot = slot->slot;
	e->imm = constant->value.number.num;
	e->sub = how;
	return e;
}

static struct expr *compare_numbers(struct compiler *c, struct expr *a, struct expr *b,
				    enum comparison how)
{
	struct expr *e;

	if (is_slot(a) && is_integer_constant(b))
		return fuse_integer(c, a, b, how);
	if (is_slot(b) && is_integer_constant(a))
		return fuse_integer(c, b, a, mirrored(how));
	e = expr_new(c, OP_COMPARE, TYPE(TYPE_BOOL), 2);
	e->sub = how;
	e->args[0] = a;
	e->args[1] = b;
	return e;
}

static struct expr *compare_texts(struct compiler *c, struct expr *a, struct expr *b,
				  enum comparison how)
{
	struct expr *code = a->constant ? b : a;
	struct expr *literal = a->constant ? a : b;
	struct expr *e;

	if (is_slot(code) && code->type.kind == TYPE_CODE && literal->constant) {
		e = expr_new(c, OP_CODE_IS, TYPE(TYPE_BOOL), 0);
		e->slot = code->slot;
		e->imm = literal->value.code;
	} else {
		e = expr_new(c, OP_SAME_TEXT, TYPE(TYPE_BOOL), 2);
		e->args[0] = a;
		e->args[1] = b;
	}
	e->sub = how;
	return e;
}

static struct expr *compare_sets(struct compiler *c, struct expr *a, struct expr *b,
				 enum comparison how)
{
	struct expr *e = expr_new(c, OP_SAME_SET, TYPE(TYPE_BOOL), 2);

	e->sub = how;
	e->args[0] = a;
	e->args[1] = b;
	return e;
}

static struct expr *compare(const struct call *call, struct expr *a, struct expr *b,
			    const struct path *at, enum comparison how)
{
	bool ordered = how >= COMPARE_LT;
	struct type type;

	if (!expr_unify(call->c, at, a, b, &type))
		return NULL;
	switch (type.kind) {
	case TYPE_INT:
	case TYPE_DEC:
	case TYPE_DATE:
	case TYPE_QTY: return compare_numbers(call->c, a, b, how);
	case TYPE_BOOL:
		if (!ordered)
			return compare_numbers(call->c, a, b, how);
		break;
	case TYPE_TEXT:
	case TYPE_CODE:
		if (!ordered)
			return compare_texts(call->c, a, b, how);
		break;
	case TYPE_SET:
		if (!ordered)
			return compare_sets(call->c, a, b, how);
		break;
	default: break;
	}
	ERROR_AT(call->c, at, "TYPE_MISMATCH", "%s cannot be compared this way.", type_name(type));
	return NULL;
}

static struct expr *build_compare(const struct call *call)
{
	struct expr *a = call_arg(call, 0), *b = call_arg(call, 1);

	if (!a || !b)
		return NULL;
	return compare(call, a, b, call->at, (enum comparison)call->op->sub);
}

/* x is evaluated for each bound, so that both comparisons can be fused with a constant. */
static struct expr *build_between(const struct call *call)
{
	struct expr *e = expr_new(call->c, OP_AND, TYPE(TYPE_BOOL), 2);
	struct expr *x = call_arg(call, 0), *low = call_arg(call, 1), *high = call_arg(call, 2);

	if (!x || !low || !high)
		return NULL;
	e->args[0] = compare(call, x, low, AT_INDEX(call->at, 1), COMPARE_GE);
	e->args[1] = compare(call, x, high, AT_INDEX(call->at, 2), COMPARE_LE);
	return e->args[0] && e->args[1] ? e : NULL;
}

static struct expr *literal_at(const struct call *call, const struct path *at, json_t *json,
			       struct expr *x)
{
	struct expr *e = compile_expr(call->c, at, json, call->scope, call->depth + 1);
	struct type type;

	if (!e)
		return NULL;
	if (!e->constant) {
		ERROR_AT(call->c, at, "NOT_CONSTANT", "Only literals may stand in this list.");
		return NULL;
	}
	return expr_unify(call->c, at, x, e, &type) ? e : NULL;
}

/* All literals are options below 64: one mask answers. */
static struct expr *fuse_codes(struct compiler *c, const struct expr *e)
{
	const struct expr *x = e->args[0];
	struct expr *fused;
	uint64_t mask = 0;

	if (!is_slot(x) || x->type.kind != TYPE_CODE)
		return NULL;
	for (uint32_t i = 1; i < e->n; i++) {
		if (e->args[i]->value.code >= 64)
			return NULL;
		mask |= (uint64_t)1 << e->args[i]->value.code;
	}
	fused = expr_new(c, OP_CODE_IN, TYPE(TYPE_BOOL), 0);
	fused->slot = x->slot;
	fused->imm = (int64_t)mask;
	return fused;
}

static struct expr *in_list(const struct call *call, struct expr *x, json_t *list)
{
	size_t n = json_array_size(list);
	struct expr *e = expr_new(call->c, OP_IN, TYPE(TYPE_BOOL), (uint32_t)n + 1);
	const struct path *at = AT_INDEX(call->at, 1);
	struct expr *fused;
	bool ok = true;

	if (!n || x->type.kind >= TYPE_SET) {
		ERROR_AT(call->c, at, n ? "TYPE_MISMATCH" : "BAD_VALUE",
			 n ? "Only a plain value can be in a list." : "The list is empty.");
		return NULL;
	}
	e->args[0] = x;
	e->sub = x->type.kind == TYPE_TEXT || x->type.kind == TYPE_CODE;
	for (size_t i = 0; i < n; i++) {
		e->args[i + 1] = literal_at(call, AT_INDEX(at, i), json_array_get(list, i), x);
		ok = ok && e->args[i + 1];
	}
	if (!ok)
		return NULL;
	fused = fuse_codes(call->c, e);
	return fused ? fused : e;
}

static struct expr *in_set(const struct call *call, struct expr *x, struct expr *set)
{
	const struct path *at = AT_INDEX(call->at, 1);
	struct type code = {TYPE_CODE, set->type.of};
	struct expr *e;

	if (set->type.kind != TYPE_SET || set->op != OP_VAR) {
		ERROR_AT(call->c, at, "TYPE_MISMATCH", "An array or a multi item is expected.");
		return NULL;
	}
	if (!expr_coerce(call->c, at, x, code))
		return NULL;
	if (x->type.kind != TYPE_CODE || x->type.of != set->type.of) {
		ERROR_AT(call->c, at, "TYPE_MISMATCH", "This set never holds %s of that kind.",
			 type_name(x->type));
		return NULL;
	}
	e = expr_new(call->c, x->constant ? OP_SET_ANY : OP_SET_HAS, TYPE(TYPE_BOOL),
		     x->constant ? 0 : 1);
	e->slot = set->slot;
	if (x->constant)
		e->imm = (int64_t)((uint64_t)1 << x->value.code);
	else
		e->args[0] = x;
	return e;
}

static struct expr *build_in(const struct call *call)
{
	struct expr *x = call_arg(call, 0), *set;

	if (json_is_array(call_json(call, 1)))
		return x ? in_list(call, x, call_json(call, 1)) : NULL;
	set = call_arg(call, 1);
	return x && set ? in_set(call, x, set) : NULL;
}

static struct expr *build_starts_with(const struct call *call)
{
	struct expr *e = expr_new(call->c, OP_STARTS_WITH, TYPE(TYPE_BOOL), 2);

	if (!call_args(call, 0, TYPE_TEXT, e->args))
		return NULL;
	if (!e->args[1]->constant) {
		ERROR_AT(call->c, AT_INDEX(call->at, 1), "NOT_CONSTANT",
			 "The beginning is a literal text.");
		return NULL;
	}
	return e;
}

const struct rule_operator op_compare[] = {
	{"==", build_compare, 2, 2, OP_COMPARE, COMPARE_EQ},
	{"!=", build_compare, 2, 2, OP_COMPARE, COMPARE_NE},
	{"<", build_compare, 2, 2, OP_COMPARE, COMPARE_LT},
	{"<=", build_compare, 2, 2, OP_COMPARE, COMPARE_LE},
	{">", build_compare, 2, 2, OP_COMPARE, COMPARE_GT},
	{">=", build_compare, 2, 2, OP_COMPARE, COMPARE_GE},
	{"between", build_between, 3, 3, OP_AND, 0},
	{"in", build_in, 2, 2, OP_IN, 0},
	{"starts_with", build_starts_with, 2, 2, OP_STARTS_WITH, 0},
	{},
};
