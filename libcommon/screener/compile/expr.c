/*
 * Rules: from JSON Logic notation to typed expressions to flattened nodes.  The
 * operators themselves are in op_*.c.
 */
#include "screener/compile/expr.h"

const char *type_name(struct type type)
{
	static const char *const names[] = {
		"nothing", "a boolean", "an integer",	  "a decimal",	"a date",
		"a text",  "a code",	"a set of codes", "a quantity", "rows",
	};

	return names[type.kind];
}

struct expr *expr_new(struct compiler *c, enum op op, struct type type, uint32_t n)
{
	struct expr *e = arena_new_of(c->arena, struct expr);

	e->op = op;
	e->type = type;
	e->n = n;
	e->args = arena_array_of(c->arena, struct expr *, n);
	return e;
}

struct expr *expr_constant(struct compiler *c, struct type type, struct value value)
{
	bool boolean = type.kind == TYPE_BOOL;
	struct expr *e = expr_new(c, boolean ? OP_BOOL : OP_VALUE, type, 0);

	e->constant = true;
	e->value = value;
	if (boolean)
		e->imm = value.number.num;
	return e;
}

bool expr_is_number(const struct expr *e)
{
	return e->type.kind == TYPE_INT || e->type.kind == TYPE_DEC;
}

bool expr_need(struct compiler *c, const struct path *at, const struct expr *e, enum type_kind kind)
{
	if (e->type.kind == kind || (kind == TYPE_DEC && e->type.kind == TYPE_INT))
		return true;
	ERROR_AT(c, at, "TYPE_MISMATCH", "This is %s; %s is needed here.", type_name(e->type),
		 type_name(TYPE(kind)));
	return false;
}

bool expr_coerce(struct compiler *c, const struct path *at, struct expr *e, struct type target)
{
	const struct domain *d;

	if (target.kind != TYPE_CODE || e->type.kind != TYPE_TEXT || !e->constant)
		return true;
	d = &c->domains[target.of];
	for (uint32_t i = 0; i < d->n; i++)
		if (str_eq(d->options[i].code, e->value.text)) {
			e->value.code = (int32_t)i;
			e->type = target;
			return true;
		}
	ERROR_AT(c, at, "UNKNOWN_OPTION", "\"%.*s\" is not the code of an option.",
		 (int)(e->value.text.len > 64 ? 64 : e->value.text.len), e->value.text.ptr);
	return false;
}

bool expr_unify(struct compiler *c, const struct path *at, struct expr *a, struct expr *b,
		struct type *out)
{
	if (!expr_coerce(c, at, a, b->type) || !expr_coerce(c, at, b, a->type))
		return false;
	if (expr_is_number(a) && expr_is_number(b)) {
		*out = a->type.kind == TYPE_INT ? b->type : a->type;
		return true;
	}
	if (a->type.kind == b->type.kind && a->type.of == b->type.of) {
		*out = a->type;
		return true;
	}
	if (a->type.kind == b->type.kind && a->type.kind == TYPE_QTY)
		ERROR_AT(c, at, "TYPE_MISMATCH", "The two quantities have different units.");
	else if (a->type.kind == b->type.kind)
		ERROR_AT(c, at, "TYPE_MISMATCH", "The two codes are of different questions.");
	else
		ERROR_AT(c, at, "TYPE_MISMATCH", "This puts %s beside %s.", type_name(a->type),
			 type_name(b->type));
	return false;
}

json_t *call_json(const struct call *call, size_t i)
{
	return json_is_array(call->args) ? json_array_get(call->args, i) : call->args;
}

struct expr *call_arg(const struct call *call, size_t i)
{
	return compile_expr(call->c, CALL_AT(call, i), call_json(call, i), call->scope,
			    call->depth + 1);
}

bool call_args(const struct call *call, size_t first, enum type_kind kind, struct expr **out)
{
	bool ok = true;

	for (size_t i = first; i < call->n; i++) {
		out[i - first] = call_arg(call, i);
		if (!out[i - first] || !expr_need(call->c, CALL_AT(call, i), out[i - first], kind))
			ok = false;
	}
	return ok;
}

const struct name_ref *name_of(struct compiler *c, const struct path *at, json_t *json)
{
	const struct name_ref *ref;

	if (json_is_object(json) && json_object_size(json) == 1 && json_object_get(json, "var"))
		json = json_object_get(json, "var");
	if (json_is_array(json) && json_array_size(json) == 1)
		json = json_array_get(json, 0);
	if (!json_is_string(json)) {
		ERROR_AT(c, at, "WRONG_TYPE",
			 "The id of an item, derived value or score is expected.");
		return NULL;
	}
	ref = name_find(c, json_str(json));
	if (!ref)
		ERROR_AT(c, at, "UNKNOWN_REF", "There is no item, derived value or score \"%.*s\".",
			 (int)(json_string_length(json) > 64 ? 64 : json_string_length(json)),
			 json_string_value(json));
	return ref;
}

bool name_use(struct compiler *c, const struct path *at, const struct name_ref *ref,
	      const struct scope *scope)
{
	const struct item *item = ref->item >= 0 ? &c->items[ref->item] : NULL;

	if (ref->row_group >= 0) {
		if (ref->row_group != scope->row_group) {
			ERROR_AT(c, at, "SCOPE",
				 "\"%.*s\" belongs to the rows of a group: use it inside some, "
				 "all, none, count or sum.",
				 STR_ARG(ref->id));
			return false;
		}
		if (scope->row_item && (uint32_t)ref->item >= scope->before) {
			ERROR_AT(c, at, "SCOPE", "A child may only look at children before it.");
			return false;
		}
		return true;
	}
	dependency_add(c, at, scope->step, ref->step);
	if (item && item->conditional && !item->has_hidden && scope->feeds_outcome &&
	    !c->hidden_warned[ref->item]) {
		c->hidden_warned[ref->item] = 1;
		WARNING_AT(c, at, "HIDDEN_UNKNOWN",
			   "\"%.*s\" is unknown to rules while it is hidden: give it a "
			   "\"when_hidden\".",
			   STR_ARG(ref->id));
	}
	return true;
}

static struct expr *compile_var(const struct call *call)
{
	const struct name_ref *ref;
	struct expr *e;

	/* name_of takes {"var": id} for an id; here that would be a var in a var. */
	if (!json_is_string(call_json(call, 0))) {
		ERROR_AT(call->c, call->at, "WRONG_TYPE", "\"var\" takes an id.");
		return NULL;
	}
	ref = name_of(call->c, call->at, call->args);
	if (!ref || !name_use(call->c, call->at, ref, call->scope))
		return NULL;
	if (ref->type.kind == TYPE_NONE) {
		ERROR_AT(call->c, call->at, "TYPE_MISMATCH", "\"%.*s\" has no value.",
			 STR_ARG(ref->id));
		return NULL;
	}
	e = expr_new(call->c, ref->type.kind == TYPE_BOOL ? OP_VAR_BOOL : OP_VAR, ref->type, 0);
	e->slot = ref->slot;
	return e;
}

static struct expr *compile_literal(struct compiler *c, const struct path *at, json_t *json)
{
	struct number n;

	if (json_is_boolean(json))
		return expr_constant(c, TYPE(TYPE_BOOL), value_integer(json_is_true(json)));
	if (json_is_number(json)) {
		if (!json_exact(c, at, json, &n))
			return NULL;
		return expr_constant(c, TYPE(number_is_integer(n) ? TYPE_INT : TYPE_DEC),
				     value_number(n));
	}
	if (json_is_string(json)) {
		struct str s = json_str(json);

		s.ptr = keep_text(c->keep, s.ptr, s.len);
		return expr_constant(c, TYPE(TYPE_TEXT), value_text(s));
	}
	ERROR_AT(c, at, "WRONG_TYPE", "A rule is a literal or an object with one operator.");
	return NULL;
}

static const struct rule_operator op_var = {"var", compile_var, 1, 1, OP_VAR, 0};

static const struct rule_operator *find_in(const struct rule_operator *list, const char *name)
{
	for (; list->name; list++)
		if (strcmp(list->name, name) == 0)
			return list;
	return NULL;
}

static const struct rule_operator *find_operator(const char *name)
{
	const struct rule_operator *const lists[] = {op_logic, op_compare, op_number, op_date,
						     op_rows};
	const struct rule_operator *op = strcmp(name, "var") == 0 ? &op_var : NULL;

	for (size_t i = 0; !op && i < sizeof lists / sizeof lists[0]; i++)
		op = find_in(lists[i], name);
	return op;
}

struct expr *compile_expr(struct compiler *c, const struct path *at, json_t *json,
			  const struct scope *scope, int depth)
{
	struct call call = {.c = c, .scope = scope, .depth = depth};
	const char *name;

	if (depth > MAX_DEPTH) {
		ERROR_AT(c, at, "TOO_DEEP", "A rule may be nested %d deep.", MAX_DEPTH);
		return NULL;
	}
	if (c->n_exprs == MAX_EXPRESSIONS) {
		c->n_exprs++;
		ERROR_AT(c, at, "TOO_MANY", "The rules have too many parts.");
	}
	if (c->n_exprs > MAX_EXPRESSIONS)
		return NULL;
	c->n_exprs++;
	if (!json_is_object(json))
		return compile_literal(c, at, json);
	if (json_object_size(json) != 1) {
		ERROR_AT(c, at, "WRONG_TYPE", "An operator stands alone in its object.");
		return NULL;
	}
	name = json_object_iter_key(json_object_iter(json));
	call.at = AT_NAME(at, name);
	call.op = find_operator(name);
	if (!call.op) {
		ERROR_AT(c, call.at, "UNKNOWN_OPERATOR", "There is no operator \"%.64s\".", name);
		return NULL;
	}
	call.args = json_object_get(json, name);
	call.n = json_is_array(call.args) ? json_array_size(call.args) : 1;
	if (call.n < call.op->least || call.n > call.op->most) {
		ERROR_AT(c, call.at, "ARITY", "\"%s\" takes %zu%s%s arguments.", name,
			 call.op->least, call.op->most > call.op->least ? " or more" : "",
			 call.op->most == call.op->least ? "" : ",");
		return NULL;
	}
	return call.op->build(&call);
}

static int64_t emit_value(struct compiler *c, const struct value *value)
{
	if (c->n_values == c->values_cap) {
		uint32_t cap = c->values_cap ? c->values_cap * 2 : 64;

		c->values = arena_grow(c->arena, c->values, c->values_cap * sizeof *c->values,
				       cap * sizeof *c->values);
		c->values_cap = cap;
	}
	c->values[c->n_values] = *value;
	return c->n_values++;
}

static struct node *emit_node(struct compiler *c)
{
	if (c->n_nodes == c->nodes_cap) {
		uint32_t cap = c->nodes_cap ? c->nodes_cap * 2 : 256;

		c->nodes = arena_grow(c->arena, c->nodes, c->nodes_cap * sizeof *c->nodes,
				      cap * sizeof *c->nodes);
		c->nodes_cap = cap;
	}
	return &c->nodes[c->n_nodes++];
}

int32_t expr_emit(struct compiler *c, const struct path *at, const struct expr *e)
{
	uint32_t index = c->n_nodes;
	struct node *node;

	if (index >= MAX_NODES) {
		if (index == MAX_NODES)
			ERROR_AT(c, at, "TOO_MANY", "All rules together have at most %d nodes.",
				 MAX_NODES);
		c->n_nodes = MAX_NODES + 1;
		return NO_NODE;
	}
	node = emit_node(c);
	*node = (struct node){.op = (uint8_t)e->op, .sub = e->sub, .slot = e->slot, .imm = e->imm};
	if (e->op == OP_VALUE)
		node->imm = emit_value(c, &e->value);
	for (uint32_t i = 0; i < e->n; i++)
		if (expr_emit(c, at, e->args[i]) == NO_NODE)
			return NO_NODE;
	c->nodes[index].end = c->n_nodes;
	return (int32_t)index;
}

int32_t compile_rule(struct compiler *c, const struct path *at, json_t *json,
		     const struct scope *scope, enum type_kind kind)
{
	struct expr *e = compile_expr(c, at, json, scope, 1);

	if (!e || !expr_need(c, at, e, kind))
		return NO_NODE;
	return expr_emit(c, at, e);
}
