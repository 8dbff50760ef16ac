/* JSON Logic's operators on values, as json-logic-js has them. */
#include <math.h>

#include "screener/json/canon.h"
#include "screener/logic/compat_run.h"

static struct js arg(struct args args, size_t i)
{
	return i < args.n ? args.v[i] : (struct js){};
}

static struct js fail_type(struct run *run)
{
	return run_fail(run, FAIL(RULE_TYPE));
}

/* ---- operators on values ---- */

static struct js op_equal(struct run *run, struct args args, struct js data)
{
	(void)data;
	return js_bool(js_loose_equals(&run->budget, arg(args, 0), arg(args, 1)));
}

static struct js op_not_equal(struct run *run, struct args args, struct js data)
{
	(void)data;
	return js_bool(!js_loose_equals(&run->budget, arg(args, 0), arg(args, 1)));
}

static struct js op_same(struct run *run, struct args args, struct js data)
{
	(void)data;
	return js_bool(js_strict_equals(&run->budget, arg(args, 0), arg(args, 1)));
}

static struct js op_not_same(struct run *run, struct args args, struct js data)
{
	(void)data;
	return js_bool(!js_strict_equals(&run->budget, arg(args, 0), arg(args, 1)));
}

static struct js ascending(struct run *run, struct args args, bool or_equal)
{
	struct js third = arg(args, 2);
	bool holds = js_is_less(&run->budget, arg(args, 0), arg(args, 1), or_equal);

	if (holds && third.kind != JS_UNDEFINED)
		holds = js_is_less(&run->budget, arg(args, 1), third, or_equal);
	return js_bool(holds);
}

static struct js op_less(struct run *run, struct args args, struct js data)
{
	(void)data;
	return ascending(run, args, false);
}

static struct js op_at_most(struct run *run, struct args args, struct js data)
{
	(void)data;
	return ascending(run, args, true);
}

static struct js op_greater(struct run *run, struct args args, struct js data)
{
	(void)data;
	return js_bool(js_is_less(&run->budget, arg(args, 1), arg(args, 0), false));
}

static struct js op_at_least(struct run *run, struct args args, struct js data)
{
	(void)data;
	return js_bool(js_is_less(&run->budget, arg(args, 1), arg(args, 0), true));
}

static struct js op_truth(struct run *run, struct args args, struct js data)
{
	(void)run, (void)data;
	return js_bool(js_is_true(arg(args, 0)));
}

static struct js op_not(struct run *run, struct args args, struct js data)
{
	(void)run, (void)data;
	return js_bool(!js_is_true(arg(args, 0)));
}

static struct js op_log(struct run *run, struct args args, struct js data)
{
	(void)run, (void)data;
	return arg(args, 0); /* rules carry health data: nothing is printed */
}

static struct js op_in(struct run *run, struct args args, struct js data)
{
	struct js whole = arg(args, 1);

	(void)data;
	if (whole.kind == JS_STRING) {
		struct str part = js_to_text(&run->budget, arg(args, 0));

		if (!js_spend(&run->budget, whole.text.len / 16))
			return js_bool(false);
		return js_bool(whole.text.len &&
			       memmem(whole.text.ptr, whole.text.len, part.ptr, part.len));
	}
	if (whole.kind != JS_ARRAY || !js_spend(&run->budget, whole.n))
		return js_bool(false);
	for (size_t i = 0; i < whole.n; i++)
		if (js_strict_equals(&run->budget, whole.items[i], arg(args, 0)))
			return js_bool(true);
	return js_bool(false);
}

static struct js op_cat(struct run *run, struct args args, struct js data)
{
	(void)data;
	struct strbuf buf = strbuf_new(run->budget.arena);

	strbuf_add_c(&buf, "");
	for (size_t i = 0; i < args.n; i++) {
		if (args.v[i].kind == JS_NULL || args.v[i].kind == JS_UNDEFINED)
			continue; /* as Array.prototype.join */
		struct str text = js_to_text(&run->budget, args.v[i]);

		if (!js_spend(&run->budget, text.len / 16))
			break;
		strbuf_add_str(&buf, text);
	}
	return js_text(strbuf_str(&buf));
}

/* ToIntegerOrInfinity; undefined is the default. */
static double whole_number(struct run *run, struct js value, double otherwise)
{
	if (value.kind == JS_UNDEFINED)
		return otherwise;
	double n = js_to_number(&run->budget, value);

	return isnan(n) ? 0 : trunc(n);
}

/* String.prototype.substr, with a negative length counted from the end. */
static struct js op_substr(struct run *run, struct args args, struct js data)
{
	(void)data;
	struct str text = js_to_text(&run->budget, arg(args, 0));

	if (!js_spend(&run->budget, text.len / 16))
		return js_null();
	double size = (double)js_text_length(text);
	double from = whole_number(run, arg(args, 1), 0);
	double n = whole_number(run, arg(args, 2), INFINITY);

	if (from < 0)
		from = fmax(size + from, 0);
	from = fmin(from, size);
	n = n < 0 ? size - from + n : fmin(n, size - from);
	if (n <= 0)
		return js_text(STR(""));
	return js_text(js_text_slice(&run->budget, text, (size_t)from, (size_t)n));
}

static struct js op_add(struct run *run, struct args args, struct js data)
{
	(void)data;
	double sum = 0;

	for (size_t i = 0; i < args.n; i++)
		sum += js_parse_float(&run->budget, args.v[i]);
	return js_number(sum);
}

static struct js op_multiply(struct run *run, struct args args, struct js data)
{
	(void)data;
	if (!args.n)
		return fail_type(run); /* reduce of an empty array with no initial value */
	if (args.n == 1)
		return args.v[0];
	double product = js_parse_float(&run->budget, args.v[0]);

	for (size_t i = 1; i < args.n; i++)
		product *= js_parse_float(&run->budget, args.v[i]);
	return js_number(product);
}

static struct js op_subtract(struct run *run, struct args args, struct js data)
{
	(void)data;
	double a = js_to_number(&run->budget, arg(args, 0));

	if (arg(args, 1).kind == JS_UNDEFINED)
		return js_number(-a);
	return js_number(a - js_to_number(&run->budget, arg(args, 1)));
}

static struct js op_divide(struct run *run, struct args args, struct js data)
{
	(void)data;
	return js_number(js_to_number(&run->budget, arg(args, 0)) /
			 js_to_number(&run->budget, arg(args, 1)));
}

static struct js op_modulo(struct run *run, struct args args, struct js data)
{
	(void)data;
	return js_number(fmod(js_to_number(&run->budget, arg(args, 0)),
			      js_to_number(&run->budget, arg(args, 1))));
}

static struct js extreme(struct run *run, struct args args, double sign)
{
	double best = -INFINITY;

	for (size_t i = 0; i < args.n; i++) {
		double n = sign * js_to_number(&run->budget, args.v[i]);

		if (isnan(n))
			return js_number(NAN);
		best = fmax(best, n);
	}
	return js_number(sign * best);
}

static struct js op_max(struct run *run, struct args args, struct js data)
{
	(void)data;
	return extreme(run, args, 1);
}

static struct js op_min(struct run *run, struct args args, struct js data)
{
	(void)data;
	return extreme(run, args, -1);
}

static struct js op_merge(struct run *run, struct args args, struct js data)
{
	size_t n = 0, at = 0;

	(void)data;
	for (size_t i = 0; i < args.n; i++)
		n += args.v[i].kind == JS_ARRAY ? args.v[i].n : 1;
	if (!js_spend(&run->budget, n))
		return js_null();
	struct js *items = arena_array_of(run->budget.arena, struct js, n + 1);

	for (size_t i = 0; i < args.n; i++) {
		bool list = args.v[i].kind == JS_ARRAY;
		size_t more = list ? args.v[i].n : 1;

		if (more)
			memcpy(items + at, list ? args.v[i].items : &args.v[i],
			       more * sizeof *items);
		at += more;
	}
	return (struct js){.kind = JS_ARRAY, .items = items, .n = n};
}

/* ---- operators on the data ---- */

static struct js look_up(struct run *run, struct js path, struct js otherwise, struct js data)
{
	if (path.kind == JS_UNDEFINED || path.kind == JS_NULL ||
	    (path.kind == JS_STRING && !path.text.len))
		return data;
	if (otherwise.kind == JS_UNDEFINED)
		otherwise = js_null();
	struct str rest = js_to_text(&run->budget, path);

	for (bool more = true; more && js_spend(&run->budget, 1);) {
		more = memchr(rest.ptr, '.', rest.len) != NULL;
		struct str name = str_take_until(&rest, '.');

		if (!js_member(&run->budget, data, name, &data) || data.kind == JS_UNDEFINED)
			return otherwise;
	}
	return data;
}

static struct js op_var(struct run *run, struct args args, struct js data)
{
	return look_up(run, arg(args, 0), arg(args, 1), data);
}

static struct js missing_of(struct run *run, struct args keys, struct js data)
{
	struct js *items = arena_array_of(run->budget.arena, struct js, keys.n + 1);
	struct js out = {.kind = JS_ARRAY, .items = items};

	if (!js_spend(&run->budget, keys.n))
		return out;
	for (size_t i = 0; i < keys.n; i++) {
		struct js value = look_up(run, keys.v[i], js_null(), data);

		if (value.kind == JS_NULL || (value.kind == JS_STRING && !value.text.len))
			items[out.n++] = keys.v[i];
	}
	return out;
}

static struct js op_missing(struct run *run, struct args args, struct js data)
{
	struct js first = arg(args, 0);

	if (first.kind == JS_ARRAY)
		args = (struct args){first.items, first.n};
	return missing_of(run, args, data);
}

static struct js op_missing_some(struct run *run, struct args args, struct js data)
{
	struct js options = arg(args, 1);

	if (options.kind != JS_ARRAY)
		return fail_type(run);
	struct js missing = missing_of(run, (struct args){options.items, options.n}, data);
	double present = (double)(options.n - missing.n);

	if (present >= js_to_number(&run->budget, arg(args, 0)))
		return (struct js){.kind = JS_ARRAY};
	return missing;
}

static const struct eager_operator operators[] = {
	{"==", op_equal},
	{"!=", op_not_equal},
	{"===", op_same},
	{"!==", op_not_same},
	{"<", op_less},
	{"<=", op_at_most},
	{">", op_greater},
	{">=", op_at_least},
	{"!!", op_truth},
	{"!", op_not},
	{"log", op_log},
	{"in", op_in},
	{"cat", op_cat},
	{"substr", op_substr},
	{"+", op_add},
	{"*", op_multiply},
	{"-", op_subtract},
	{"/", op_divide},
	{"%", op_modulo},
	{"min", op_min},
	{"max", op_max},
	{"merge", op_merge},
	{"var", op_var},
	{"missing", op_missing},
	{"missing_some", op_missing_some},
};

const struct eager_operator *eager_operator_named(const char *name)
{
	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
		if (strcmp(operators[i].name, name) == 0)
			return &operators[i];
	return NULL;
}
