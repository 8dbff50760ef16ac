/*
 * show_if becomes enableWhen: a list of conditions of which all or any must
 * hold.  A rule is written as a conjunction or as a disjunction of conditions,
 * whichever it has; when it has neither, nothing is written.
 */
#include "screener/exchange/fhir_when_out.h"

#define MAX_STEPS   10000 /* derived values may name each other many times */
#define MAX_NESTING 128

static bool put(struct when_out *o, const json_t *rule, bool negated);

static bool is_answered_rule(const json_t *rule, const json_t *item)
{
	const char *id = fhir_text(item, "id");
	json_t *expected = when_is_type(item, "multi")
				   ? json_pack("{s:[{s:s},i]}", ">", "chosen", id, 0)
				   : json_pack("{s:[{s:s},{s:s}]}", "==", "var", id, "var", id);
	bool same = json_equal(rule, expected);

	json_decref(expected);
	return same;
}

/* The question that a rule {">": [{"chosen": id}, 0]} or {"==": [var, var]} is about. */
static const json_t *answered_item(struct when_out *o, const json_t *rule)
{
	const json_t *chosen = json_array_get(json_object_get(rule, ">"), 0);
	const char *id = json_string_value(when_argument(json_object_get(chosen, "chosen"), 0));
	const json_t *item = id ? json_object_get(o->ex->items, id)
				: when_item(o, json_array_get(json_object_get(rule, "=="), 0));

	return item && is_answered_rule(rule, item) ? item : NULL;
}

/* The question of which a score says whether it has an answer, as fhir_when.c makes them. */
static const json_t *counted_by(struct when_out *o, const char *id)
{
	const json_t *score = id ? json_object_get(o->ex->scores, id) : NULL;
	const json_t *items = json_object_get(score, "items");
	const char *given = json_string_value(json_array_get(items, 0));
	const char *zero = json_string_value(json_array_get(items, 1));
	json_t *expected;
	bool same;

	if (!given || !zero)
		return NULL;
	expected = json_pack("{s:s,s:s,s:[s,s],s:s,s:i}", "id", id, "method", "sum", "items", given,
			     zero, "missing", "zero", "max_missing", 1);
	same = json_equal(score, expected);
	json_decref(expected);
	const json_t *rule = json_object_get(json_object_get(o->ex->derived, zero), "rule");

	if (!same || !json_is_integer(rule) || json_integer_value(rule) != 0)
		return NULL;
	return answered_item(o, json_object_get(json_object_get(o->ex->derived, given), "rule"));
}

/* The question of {"==": [{"var": score}, 0]}. */
static const json_t *unanswered_item(struct when_out *o, const json_t *rule)
{
	const json_t *args = json_object_get(rule, "==");
	const json_t *zero = json_array_get(args, 1);

	if (json_array_size(args) != 2 || !json_is_integer(zero) || json_integer_value(zero) != 0)
		return NULL;
	return counted_by(o, when_var(json_array_get(args, 0)));
}

/* The item and the value that a rule says are unequal; the value is a new reference. */
static const json_t *unequal_item(struct when_out *o, const json_t *rule, json_t **value)
{
	const json_t *args = json_object_get(rule, "!=");
	const json_t *some = json_object_get(when_argument(json_object_get(rule, "!"), 0), "some");
	const json_t *codes = json_array_get(some, 1);
	const char *id = json_string_value(json_array_get(some, 0));

	*value = NULL;
	if (json_array_size(args) == 2) {
		*value = when_literal(json_array_get(args, 1));
		return when_item(o, json_array_get(args, 0));
	}
	if (!id || json_array_size(codes) != 1)
		return NULL;
	*value = json_incref(json_array_get(codes, 0));
	return json_object_get(o->ex->items, id);
}

/* FHIR's own "!=": no answer, or another one. */
static bool put_fhir_unequal(struct when_out *o, const json_t *args, bool *good)
{
	const json_t *item = unanswered_item(o, when_argument(args, 0));
	json_t *value = NULL;
	bool fits = item && json_array_size(args) == 2 &&
		    unequal_item(o, when_argument(args, 1), &value) == item && value;

	if (fits)
		*good = when_put_fhir_unequal(o, item, value);
	json_decref(value);
	return fits;
}

/* Several rules that must all hold, or any; one alone may be either. */
static bool put_each(struct when_out *o, const json_t *args, bool all, bool negated)
{
	if (when_n_arguments(args) > 1 && all != o->all)
		return false;
	for (size_t i = 0; i < when_n_arguments(args); i++)
		if (!put(o, when_argument(args, i), negated))
			return false;
	return true;
}

static bool put_between(struct when_out *o, const json_t *args, bool negated)
{
	const json_t *item = when_item(o, when_argument(args, 0));
	json_t *low = when_literal(when_argument(args, 1));
	json_t *high = when_literal(when_argument(args, 2));
	bool good = item && low && high && o->all == !negated &&
		    when_put_value(o, item, when_operator(negated ? "<" : ">="), low) &&
		    when_put_value(o, item, when_operator(negated ? ">" : "<="), high);

	json_decref(low);
	json_decref(high);
	return good;
}

/* Is one of these codes chosen, or (all) each, or none? */
static bool put_codes(struct when_out *o, const json_t *item, const json_t *codes, bool all,
		      bool negated)
{
	const json_t *least = json_object_get(item, "min_choices");
	bool may_be_empty = json_is_integer(least) && json_integer_value(least) == 0;

	if (!item || !when_is_type(item, "multi") || !json_array_size(codes) ||
	    (negated && may_be_empty) || (json_array_size(codes) > 1 && o->all != (all != negated)))
		return false;
	for (size_t i = 0; i < json_array_size(codes); i++) {
		const json_t *code = json_array_get(codes, i);

		if ((negated && !o->all) || !when_put_code(o, item, code, negated))
			return false;
	}
	return true;
}

static bool put_chosen(struct when_out *o, const char *op, const json_t *args, bool negated)
{
	const json_t *list = when_argument(args, 0);
	const char *id = json_string_value(list);

	if (!id)
		id = when_var(list);
	return id && put_codes(o, json_object_get(o->ex->items, id), when_argument(args, 1),
			       strcmp(op, "all") == 0, negated != (strcmp(op, "none") == 0));
}

/* x in [literals], or a code in a set. */
static bool put_in(struct when_out *o, const json_t *args, bool negated)
{
	const json_t *item = when_item(o, when_argument(args, 0)), *values = when_argument(args, 1);
	const json_t *set = when_item(o, values);
	json_t *code;
	bool good;

	if (set) {
		code = json_pack("[O]", when_argument(args, 0));
		good = json_is_string(when_argument(args, 0)) &&
		       put_codes(o, set, code, false, negated);
		json_decref(code);
		return good;
	}
	if (!item || !json_array_size(values) || (json_array_size(values) > 1 && o->all != negated))
		return false;
	good = true;
	for (size_t i = 0; good && i < json_array_size(values); i++) {
		json_t *value = when_literal(json_array_get(values, i));

		good = value &&
		       when_put_value(o, item, when_operator(negated ? "!=" : "=="), value);
		json_decref(value);
	}
	return good;
}

static bool put_comparison(struct when_out *o, const struct when_operator *op, const json_t *rule,
			   bool negated)
{
	const json_t *args = json_object_get(rule, op->rule);
	const json_t *a = when_argument(args, 0), *b = when_argument(args, 1);
	const json_t *item = answered_item(o, rule), *none = unanswered_item(o, rule);
	json_t *value;
	bool good;

	if (when_n_arguments(args) != 2)
		return false;
	if (none)
		return when_put_exists(o, none, negated);
	if (item) /* false only of an empty choice, where FHIR has no answer */
		return !negated && when_put_exists(o, item, true);
	item = when_item(o, a);
	if (!item) {
		op = when_operator(op->mirrored);
		item = when_item(o, b);
		b = a;
	}
	if (negated)
		op = when_operator(op->opposite);
	value = item && !when_is_type(item, "multi") ? when_literal(b) : NULL;
	good = value && when_put_value(o, item, op, value);
	json_decref(value);
	return good;
}

static bool put_var(struct when_out *o, const char *id, bool negated)
{
	const json_t *item = json_object_get(o->ex->items, id);
	const json_t *derived = json_object_get(o->ex->derived, id);
	const char *type = fhir_text(derived, "type");
	json_t *value;
	bool good;

	if (!item)
		return type && strcmp(type, "boolean") == 0 &&
		       put(o, json_object_get(derived, "rule"), negated);
	value = json_boolean(!negated);
	good = when_put_value(o, item, when_operator("=="), value);
	json_decref(value);
	return good;
}

static bool put_operator(struct when_out *o, const json_t *rule, bool negated)
{
	const char *op = json_object_iter_key(json_object_iter((json_t *)rule));
	const json_t *args = json_object_get(rule, op);
	bool good = false;

	if (strcmp(op, "var") == 0)
		return when_var(rule) && put_var(o, when_var(rule), negated);
	if (strcmp(op, "!") == 0)
		return when_n_arguments(args) == 1 && put(o, when_argument(args, 0), !negated);
	if (strcmp(op, "or") == 0 && !negated && put_fhir_unequal(o, args, &good))
		return good;
	if (strcmp(op, "and") == 0 || strcmp(op, "or") == 0)
		return put_each(o, args, (*op == 'a') != negated, negated);
	if (strcmp(op, "between") == 0)
		return put_between(o, args, negated);
	if (strcmp(op, "in") == 0)
		return put_in(o, args, negated);
	if (strcmp(op, "some") == 0 || strcmp(op, "all") == 0 || strcmp(op, "none") == 0)
		return put_chosen(o, op, args, negated);
	if (when_operator(op))
		return put_comparison(o, when_operator(op), rule, negated);
	return false;
}

/* Adds conditions that together say the rule (or its opposite); false when there are none. */
static bool put(struct when_out *o, const json_t *rule, bool negated)
{
	bool good;

	if (--o->steps < 0 || o->depth == MAX_NESTING)
		return false;
	if (json_is_boolean(rule)) /* what is always true adds nothing to "all" */
		return json_is_true(rule) != negated ? o->all : !o->all;
	if (json_object_size(rule) != 1)
		return false;
	o->depth++;
	good = put_operator(o, rule, negated);
	o->depth--;
	return good;
}

static bool write_list(struct fhir_exporter *ex, const json_t *show_if, bool all, json_t *out)
{
	struct when_out o = {.ex = ex, .all = all, .list = json_array(), .steps = MAX_STEPS};
	bool good = put(&o, show_if, false);
	size_t n = json_array_size(o.list);

	if (good && !n && !all) /* never: "hidden" says that of a literal only */
		good = false;
	if (good && n)
		json_object_set(out, "enableWhen", o.list);
	if (good && n > 1)
		fhir_set_text(out, "enableBehavior", all ? "all" : "any");
	json_decref(o.list);
	return good;
}

bool fhir_export_when(struct fhir_exporter *ex, const json_t *show_if, json_t *out)
{
	return write_list(ex, show_if, true, out) || write_list(ex, show_if, false, out);
}
