/* Operators on rows and sets (some, all, none, count, sum, rows, chosen), lookup and pce_ascvd. */
#include "screener/compile/expr.h"

static const struct name_ref *container(const struct call *call, enum type_kind kind)
{
	const struct path *at = CALL_AT(call, 0);
	const struct name_ref *ref = name_of(call->c, at, call_json(call, 0));

	if (!ref || !name_use(call->c, at, ref, call->scope))
		return NULL;
	if (ref->type.kind == kind || (kind == TYPE_NONE && ref->type.kind == TYPE_ROWS) ||
	    (kind == TYPE_NONE && ref->type.kind == TYPE_SET))
		return ref;
	ERROR_AT(call->c, at, "TYPE_MISMATCH", "\"%.*s\" is not a %s.", STR_ARG(ref->id),
		 kind == TYPE_SET    ? "multi item"
		 : kind == TYPE_ROWS ? "repeating group"
				     : "repeating group or multi item");
	return NULL;
}

static struct expr *row_body(const struct call *call, const struct name_ref *group)
{
	struct scope inner = *call->scope;

	if (inner.row_group >= 0) {
		ERROR_AT(call->c, call->at, "SCOPE", "Loops over rows may not be nested.");
		return NULL;
	}
	inner.row_group = group->item;
	return compile_expr(call->c, CALL_AT(call, 1), call_json(call, 1), &inner, call->depth + 1);
}

static struct expr *over_rows(const struct call *call, const struct name_ref *group, enum op op,
			      enum type_kind body, enum type_kind result)
{
	struct expr *e = expr_new(call->c, op, TYPE(result), 1);

	e->slot = group->slot;
	e->args[0] = row_body(call, group);
	if (!e->args[0] || !expr_need(call->c, CALL_AT(call, 1), e->args[0], body))
		return NULL;
	if (op == OP_ROWS_SUM)
		e->type = e->args[0]->type;
	return e;
}

static struct expr *over_set(const struct call *call, const struct name_ref *set)
{
	static const enum op ops[] = {OP_SET_ANY, OP_SET_ALL, OP_SET_NONE};
	const struct domain *d = &call->c->domains[set->type.of];
	const struct path *at = AT_INDEX(call->at, 1);
	json_t *codes = call_json(call, 1), *code;
	struct expr *e = expr_new(call->c, ops[call->op->sub], TYPE(TYPE_BOOL), 0);
	uint64_t mask = 0;
	size_t i;

	if (!json_is_array(codes) || !json_array_size(codes)) {
		ERROR_AT(call->c, at, "WRONG_TYPE", "An array of codes is expected here.");
		return NULL;
	}
	json_array_foreach (codes, i, code) {
		uint32_t k = 0;

		while (k < d->n &&
		       !(json_is_string(code) && str_eq(d->options[k].code, json_str(code))))
			k++;
		if (k == d->n)
			ERROR_AT(call->c, AT_INDEX(at, i), "UNKNOWN_OPTION",
				 "This is not the code of an option.");
		else
			mask |= (uint64_t)1 << k;
	}
	e->slot = set->slot;
	e->imm = (int64_t)mask;
	return e;
}

static struct expr *build_quantifier(const struct call *call)
{
	const struct name_ref *ref = container(call, TYPE_NONE);

	if (!ref)
		return NULL;
	if (ref->type.kind == TYPE_SET)
		return over_set(call, ref);
	return over_rows(call, ref, call->op->code, TYPE_BOOL, TYPE_BOOL);
}

static struct expr *build_row_count(const struct call *call)
{
	const struct name_ref *ref = container(call, TYPE_ROWS);

	return ref ? over_rows(call, ref, OP_ROWS_COUNT, TYPE_BOOL, TYPE_INT) : NULL;
}

static struct expr *build_row_sum(const struct call *call)
{
	const struct name_ref *ref = container(call, TYPE_ROWS);

	return ref ? over_rows(call, ref, OP_ROWS_SUM, TYPE_DEC, TYPE_DEC) : NULL;
}

static struct expr *build_size(const struct call *call)
{
	const struct name_ref *ref =
		container(call, call->op->code == OP_ROWS ? TYPE_ROWS : TYPE_SET);
	struct expr *e;

	if (!ref)
		return NULL;
	e = expr_new(call->c, call->op->code, TYPE(TYPE_INT), 0);
	e->slot = ref->slot;
	return e;
}

static int32_t column_of(const struct call *call, const struct table *table)
{
	json_t *name = call_json(call, 1);

	for (uint32_t i = 0; json_is_string(name) && i < table->n_columns; i++)
		if (str_eq(table->column_names[i], json_str(name)))
			return (int32_t)i;
	ERROR_AT(call->c, CALL_AT(call, 1), "UNKNOWN_REF", "The table has no such column.");
	return -1;
}

static bool lookup_key(const struct call *call, const struct table *table, uint32_t i, json_t *keys,
		       struct expr **out)
{
	char *name = str_dup(call->c->arena, table->key_names[i]);
	const struct path *at = AT_NAME(AT_INDEX(call->at, 2), name);
	json_t *json = json_object_get(keys, name);

	if (!json) {
		ERROR_AT(call->c, at->up, "MISSING_MEMBER", "The table's key \"%s\" is missing.",
			 name);
		return false;
	}
	*out = compile_expr(call->c, at, json, call->scope, call->depth + 1);
	if (!*out)
		return false;
	if ((*out)->type.kind == TYPE_CODE && table->key_types[i].kind == TYPE_TEXT)
		return true;
	return expr_need(call->c, at, *out, table->key_types[i].kind);
}

static struct expr *build_lookup(const struct call *call)
{
	json_t *name = call_json(call, 0), *keys = call_json(call, 2);
	int32_t index = json_is_string(name) ? table_index(call->c, json_str(name)) : -1;
	const struct table *table;
	struct expr *e;
	int32_t column;
	bool ok = true;

	if (index < 0) {
		ERROR_AT(call->c, CALL_AT(call, 0), "UNKNOWN_REF", "There is no such table.");
		return NULL;
	}
	table = &call->c->tables[index];
	call->c->table_used[index] = 1;
	if (call->scope->step >= 0)
		dependency_add(call->c, call->at, call->scope->step,
			       MAX_ITEMS + MAX_DERIVED + MAX_SCORES + index);
	if (!table->n_columns)
		return NULL;
	column = column_of(call, table);
	if (!json_is_object(keys) || json_object_size(keys) != table->n_keys) {
		ERROR_AT(call->c, CALL_AT(call, 2), "ARITY", "The table has %u keys.",
			 table->n_keys);
		return NULL;
	}
	if (column < 0)
		return NULL;
	e = expr_new(call->c, OP_LOOKUP, table->column_types[column], table->n_keys);
	e->imm = (int64_t)index << 32 | column;
	for (uint32_t i = 0; i < table->n_keys; i++)
		ok = lookup_key(call, table, i, keys, &e->args[i]) && ok;
	return ok ? e : NULL;
}

static struct expr *build_pce(const struct call *call)
{
	static const char *const names[] = {"age",  "total_chol", "hdl",    "sbp",	"sex",
					    "race", "treated",	  "smoker", "diabetes", NULL};
	struct expr *e = expr_new(call->c, OP_PCE, TYPE(TYPE_DEC), 9);
	bool ok = member_check(call->c, call->at, call->args, names);

	for (uint32_t i = 0; ok && i < 9; i++) {
		const struct path *at = AT_NAME(call->at, names[i]);
		json_t *json = member_need(call->c, call->at, call->args, names[i]);
		struct expr *x =
			json ? compile_expr(call->c, at, json, call->scope, call->depth + 1) : NULL;

		e->args[i] = x;
		if (!x)
			ok = false;
		else if (i == 4 || i == 5)
			ok = x->type.kind == TYPE_CODE || expr_need(call->c, at, x, TYPE_TEXT);
		else
			ok = expr_need(call->c, at, x, i < 4 ? TYPE_DEC : TYPE_BOOL);
	}
	return ok ? e : NULL;
}

const struct rule_operator op_rows[] = {
	{"some", build_quantifier, 2, 2, OP_ROWS_SOME, 0},
	{"all", build_quantifier, 2, 2, OP_ROWS_ALL, 1},
	{"none", build_quantifier, 2, 2, OP_ROWS_NONE, 2},
	{"count", build_row_count, 2, 2, OP_ROWS_COUNT, 0},
	{"sum", build_row_sum, 2, 2, OP_ROWS_SUM, 0},
	{"rows", build_size, 1, 1, OP_ROWS, 0},
	{"chosen", build_size, 1, 1, OP_CHOSEN, 0},
	{"lookup", build_lookup, 3, 3, OP_LOOKUP, 0},
	{"pce_ascvd", build_pce, 1, 1, OP_PCE, 0},
	{},
};
