/* Unary tests: parsed into ranges, so that the table can sort and index them. */
#include "screener/value/unary.h"

struct parse {
	struct arena *arena;
	struct str text;
	size_t at;
	struct feel_error *error;
};

static bool fail(struct parse *p, size_t at, const char *message)
{
	*p->error = (struct feel_error){at, message};
	return false;
}

static char peek(struct parse *p)
{
	p->at = feel_skip_space(p->text, p->at);
	return p->at < p->text.len ? p->text.ptr[p->at] : '\0';
}

static bool take(struct parse *p, const char *token)
{
	struct str rest;

	peek(p);
	rest = (struct str){p->text.ptr + p->at, p->text.len - p->at};
	if (!str_has_prefix(rest, token))
		return false;
	p->at += strlen(token);
	return true;
}

static bool read_value(struct parse *p, struct feel *out)
{
	size_t from = feel_skip_space(p->text, p->at);

	if (!feel_literal(p->arena, p->text, &p->at, out, p->error))
		return false;
	if (out->kind == FEEL_NULL)
		return fail(p, from, "A cell cannot test for null: the unknown matches only '-'.");
	return true;
}

static bool read_comparison(struct parse *p, struct unary_range *out)
{
	bool less = p->text.ptr[p->at] == '<', open;
	struct feel value = {};

	p->at++;
	open = !take(p, "=");
	if (!read_value(p, &value))
		return false;
	if (less)
		*out = (struct unary_range){.hi = value, .has_hi = true, .hi_open = open};
	else
		*out = (struct unary_range){.lo = value, .has_lo = true, .lo_open = open};
	return true;
}

static bool read_interval(struct parse *p, struct unary_range *out)
{
	size_t from = p->at;

	*out = (struct unary_range){
		.has_lo = true, .has_hi = true, .lo_open = p->text.ptr[p->at] != '['};
	p->at++;
	if (!read_value(p, &out->lo))
		return false;
	if (!take(p, ".."))
		return fail(p, p->at, "Two points were expected between the ends of the interval.");
	if (!read_value(p, &out->hi))
		return false;
	char end = peek(p);

	if (end != ']' && end != ')' && end != '[')
		return fail(p, p->at, "The interval is not closed.");
	p->at++;
	out->hi_open = end != ']';
	if (out->lo.kind != out->hi.kind)
		return fail(p, from, "The ends of the interval are of different kinds.");
	int order = feel_compare(&out->lo, &out->hi);

	if (order > 0 || (order == 0 && (out->lo_open || out->hi_open)))
		return fail(p, from, "Nothing lies in this interval.");
	return true;
}

static bool read_range(struct parse *p, struct unary_range *out)
{
	char c = peek(p);

	if (c == '<' || c == '>')
		return read_comparison(p, out);
	if (c == '[' || c == '(' || c == ']')
		return read_interval(p, out);
	*out = (struct unary_range){.has_lo = true, .has_hi = true};
	if (!read_value(p, &out->lo))
		return false;
	out->hi = out->lo;
	return true;
}

static bool is_equality(const struct unary_range *range)
{
	return range->has_lo && range->has_hi && feel_compare(&range->lo, &range->hi) == 0;
}

static bool check_kind(struct parse *p, size_t from, const struct unary_range *range,
		       struct unary *out)
{
	enum feel_kind kind = range->has_lo ? range->lo.kind : range->hi.kind;

	if (out->kind != FEEL_NULL && out->kind != kind)
		return fail(p, from, "One cell cannot test values of different kinds.");
	if (kind == FEEL_BOOLEAN && !is_equality(range))
		return fail(p, from, "Booleans have no order.");
	out->kind = kind;
	return true;
}

static bool read_ranges(struct parse *p, struct unary *out)
{
	size_t capacity = 0;

	do {
		size_t from = feel_skip_space(p->text, p->at);

		if (out->n == UNARY_MAX_TESTS)
			return fail(p, from, "There are too many tests in this cell.");
		if (out->n == capacity) {
			size_t grown = capacity ? 2 * capacity : 1;

			out->ranges =
				arena_grow(p->arena, out->ranges, capacity * sizeof *out->ranges,
					   grown * sizeof *out->ranges);
			capacity = grown;
		}

		if (!read_range(p, &out->ranges[out->n]) ||
		    !check_kind(p, from, &out->ranges[out->n], out))
			return false;
		out->n++;
	} while (take(p, ","));
	return true;
}

static bool is_dash(struct parse *p)
{
	struct str text = str_trim(p->text);

	return str_eq_c(text, "-");
}

bool unary_parse(struct arena *arena, struct str text, struct unary *out, struct feel_error *error)
{
	struct parse p = {.arena = arena, .text = text, .error = error};
	struct unary test = {.any = is_dash(&p)};

	if (test.any) {
		*out = test;
		return true;
	}
	if (take(&p, "not")) {
		test.negated = true;
		if (!take(&p, "("))
			return fail(&p, p.at, "'not' needs its tests in brackets.");
	}
	if (!read_ranges(&p, &test))
		return false;
	if (test.negated && !take(&p, ")"))
		return fail(&p, p.at, "The closing bracket of not(...) is missing.");
	if (peek(&p))
		return fail(&p, p.at, "The cell should end here.");
	*out = test;
	return true;
}

static bool holds(const struct unary_range *range, const struct feel *value)
{
	int lo = range->has_lo ? feel_compare(value, &range->lo) : 1;
	int hi = range->has_hi ? feel_compare(value, &range->hi) : -1;

	return (range->lo_open ? lo > 0 : lo >= 0) && (range->hi_open ? hi < 0 : hi <= 0);
}

enum screener_truth unary_eval(const struct unary *test, const struct feel *value)
{
	bool found = false;

	if (test->any)
		return SCREENER_TRUE;
	if (value->kind == FEEL_NULL || value->kind != test->kind)
		return SCREENER_UNKNOWN;
	for (size_t i = 0; i < test->n && !found; i++)
		found = holds(&test->ranges[i], value);
	return found != test->negated ? SCREENER_TRUE : SCREENER_FALSE;
}
