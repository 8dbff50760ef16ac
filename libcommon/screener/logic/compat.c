/*
 * JSON Logic's evaluation order as json-logic-js has it: the operators that see
 * their arguments unevaluated (control and iteration) are here, those that get
 * values in compat_eager.c.  An operation costs one unit of the budget, and
 * what it copies more.
 */
#include "screener/logic/compat.h"

#include "screener/logic/compat_run.h"

/* The arguments of an operator, not yet evaluated. */
struct lazy {
	const json_t *list; /* NULL: the one argument below */
	const json_t *only;
};

static struct js apply(struct run *run, const json_t *logic, struct js data);

bool run_has_failed(const struct run *run)
{
	return is_failed(run->failure) || run->budget.spent;
}

struct js run_fail(struct run *run, struct status st)
{
	if (is_ok(run->failure))
		run->failure = st;
	return js_null();
}

static size_t lazy_count(struct lazy args)
{
	return args.list ? json_array_size(args.list) : 1;
}

static const json_t *lazy_at(struct lazy args, size_t i)
{
	if (!args.list)
		return i == 0 ? args.only : NULL;
	return json_array_get(args.list, i);
}

static struct js apply_at(struct run *run, struct lazy args, size_t i, struct js data)
{
	const json_t *logic = lazy_at(args, i);

	return logic ? apply(run, logic, data) : (struct js){};
}

/* ---- operators that choose what to evaluate ---- */

static struct js op_if(struct run *run, struct lazy args, struct js data)
{
	size_t n = lazy_count(args), i;

	for (i = 0; i + 1 < n && !run_has_failed(run); i += 2)
		if (js_is_true(apply_at(run, args, i, data)))
			return apply_at(run, args, i + 1, data);
	return n == i + 1 ? apply_at(run, args, i, data) : js_null();
}

static struct js until(struct run *run, struct lazy args, struct js data, bool stop)
{
	struct js current = {};

	for (size_t i = 0; i < lazy_count(args) && !run_has_failed(run); i++) {
		current = apply_at(run, args, i, data);
		if (js_is_true(current) == stop)
			break;
	}
	return current;
}

static struct js op_and(struct run *run, struct lazy args, struct js data)
{
	return until(run, args, data, false);
}

static struct js op_or(struct run *run, struct lazy args, struct js data)
{
	return until(run, args, data, true);
}

static struct js collect(struct run *run, struct lazy args, struct js data, bool filter)
{
	struct js list = apply_at(run, args, 0, data);
	struct js out = {.kind = JS_ARRAY};
	struct js *items;

	if (list.kind != JS_ARRAY)
		list = (struct js){.kind = JS_ARRAY};
	items = arena_array_of(run->budget.arena, struct js, list.n + 1);
	for (size_t i = 0; i < list.n && !run_has_failed(run); i++) {
		struct js result = apply_at(run, args, 1, list.items[i]);

		if (!filter)
			items[out.n++] = result;
		else if (js_is_true(result))
			items[out.n++] = list.items[i];
	}
	out.items = items;
	return out;
}

static struct js op_filter(struct run *run, struct lazy args, struct js data)
{
	return collect(run, args, data, true);
}

static struct js op_map(struct run *run, struct lazy args, struct js data)
{
	return collect(run, args, data, false);
}

static struct js op_reduce(struct run *run, struct lazy args, struct js data)
{
	struct js list = apply_at(run, args, 0, data);
	struct js accumulator = lazy_at(args, 2) ? apply_at(run, args, 2, data) : js_null();

	if (list.kind != JS_ARRAY)
		return accumulator;
	for (size_t i = 0; i < list.n && !run_has_failed(run); i++) {
		struct js *scope = arena_array_of(run->budget.arena, struct js, 2);

		scope[0] = list.items[i];
		scope[1] = accumulator;
		accumulator =
			apply_at(run, args, 1, (struct js){.kind = JS_OBJECT, .scope = scope});
	}
	return accumulator;
}

/* Is there an element for which the rule is `stop`? */
static bool meets(struct run *run, struct lazy args, struct js list, bool stop)
{
	for (size_t i = 0; i < list.n && !run_has_failed(run); i++)
		if (js_is_true(apply_at(run, args, 1, list.items[i])) == stop)
			return true;
	return false;
}

static struct js op_all(struct run *run, struct lazy args, struct js data)
{
	struct js list = apply_at(run, args, 0, data);

	return js_bool(list.kind == JS_ARRAY && list.n && !meets(run, args, list, false));
}

static struct js op_none(struct run *run, struct lazy args, struct js data)
{
	struct js list = apply_at(run, args, 0, data);

	return js_bool(list.kind != JS_ARRAY || !meets(run, args, list, true));
}

static struct js op_some(struct run *run, struct lazy args, struct js data)
{
	struct js list = apply_at(run, args, 0, data);

	return js_bool(list.kind == JS_ARRAY && meets(run, args, list, true));
}

struct lazy_operator {
	const char *name;
	struct js (*apply)(struct run *run, struct lazy args, struct js data);
};

static const struct lazy_operator lazy_operators[] = {
	{"if", op_if},	       {"?:", op_if},	  {"and", op_and},	 {"or", op_or},
	{"filter", op_filter}, {"map", op_map},	  {"reduce", op_reduce}, {"all", op_all},
	{"none", op_none},     {"some", op_some},
};

static const struct lazy_operator *lazy_operator_named(const char *name)
{
	for (size_t i = 0; i < sizeof lazy_operators / sizeof lazy_operators[0]; i++)
		if (strcmp(lazy_operators[i].name, name) == 0)
			return &lazy_operators[i];
	return NULL;
}

static struct js apply_list(struct run *run, struct lazy list, struct js data)
{
	size_t n = lazy_count(list);
	struct js *items = arena_array_of(run->budget.arena, struct js, n + 1);

	for (size_t i = 0; i < n && !run_has_failed(run); i++)
		items[i] = apply_at(run, list, i, data);
	return (struct js){.kind = JS_ARRAY, .items = items, .n = n};
}

static struct js apply_operator(struct run *run, const char *name, const json_t *values,
				struct js data)
{
	struct lazy args = {.list = json_is_array(values) ? values : NULL, .only = values};
	const struct lazy_operator *lazy = lazy_operator_named(name);
	const struct eager_operator *eager = eager_operator_named(name);

	if (lazy)
		return lazy->apply(run, args, data);
	if (!eager)
		return run_fail(run, FAIL(RULE_UNKNOWN_OPERATOR));
	struct js list = apply_list(run, args, data);

	if (run_has_failed(run))
		return js_null();
	return eager->apply(run, (struct args){list.items, list.n}, data);
}

static struct js apply(struct run *run, const json_t *logic, struct js data)
{
	struct js result;

	if (!js_spend(&run->budget, 1))
		return js_null();
	if (run->depth == COMPAT_MAX_DEPTH)
		return run_fail(run, FAIL(RULE_DEPTH));
	run->depth++;
	if (json_is_array(logic)) {
		result = apply_list(run, (struct lazy){.list = logic}, data);
	} else if (json_is_object(logic) && json_object_size(logic) == 1) {
		void *it = json_object_iter((json_t *)logic);

		result = apply_operator(run, json_object_iter_key(it), json_object_iter_value(it),
					data);
	} else {
		result = js_of_json(&run->budget, logic);
	}
	run->depth--;
	return result;
}

struct status compat_apply(struct arena *arena, const json_t *rule, const json_t *data,
			   json_t **out)
{
	struct run run = {.budget = {.arena = arena, .left = COMPAT_MAX_OPERATIONS}};
	struct js result = apply(&run, rule, js_of_json(&run.budget, data));

	TRY(run.failure);
	json_t *json = js_to_json(&run.budget, result, 0);

	if (run.budget.spent) {
		json_decref(json);
		return FAIL(RULE_OPERATIONS);
	}
	*out = json;
	return OK;
}
