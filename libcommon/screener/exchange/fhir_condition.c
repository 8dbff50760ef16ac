/*
 * One comparison of a rule as conditions of enableWhen.  Unknown is not visible
 * here and not enabled there, so "not equal" needs an answer in a rule and none
 * in FHIR.
 */
#include "screener/exchange/fhir_when_out.h"

static const struct when_operator operators[] = {
	{"==", "=", "!=", "=="}, {"!=", "!=", "==", "!="}, {"<", "<", ">=", ">"},
	{">=", ">=", "<", "<="}, {">", ">", "<=", "<"},	   {"<=", "<=", ">", ">="},
};

#define N_OPERATORS (sizeof operators / sizeof operators[0])

const struct when_operator *when_operator(const char *rule)
{
	for (size_t i = 0; i < N_OPERATORS; i++)
		if (strcmp(operators[i].rule, rule) == 0)
			return &operators[i];
	return NULL;
}

bool when_is_type(const json_t *item, const char *type)
{
	const char *own = fhir_text(item, "type");

	return own && strcmp(own, type) == 0;
}

/* The arguments of an operator; one may stand without its array. */
const json_t *when_argument(const json_t *args, size_t i)
{
	if (!json_is_array(args))
		return i ? NULL : args;
	return json_array_get(args, i);
}

size_t when_n_arguments(const json_t *args)
{
	return json_is_array(args) ? json_array_size(args) : 1;
}

/* The id in {"var": id}. */
const char *when_var(const json_t *rule)
{
	const json_t *args = json_object_size(rule) == 1 ? json_object_get(rule, "var") : NULL;

	return json_string_value(when_argument(args, 0));
}

const json_t *when_item(const struct when_out *o, const json_t *rule)
{
	const char *id = when_var(rule);

	return id ? json_object_get(o->ex->items, id) : NULL;
}

/* What the engine takes a hidden question for, and FHIR does not. */
static const json_t *stand_in(struct when_out *o, const json_t *item)
{
	const char *id = fhir_text(item, "id");

	if (!id || !json_object_get(o->ex->conditional, id) ||
	    json_is_false(json_object_get(item, "show_if")))
		return NULL;
	return json_object_get(item, "when_hidden");
}

/* Takes the answer. */
static bool add(struct when_out *o, const json_t *item, const char *op, json_t *holder)
{
	const char *link = fhir_link_of(item);
	json_t *condition;

	if (!link || json_object_size(holder) != 1 || json_array_size(o->list) == FHIR_MAX_WHEN) {
		json_decref(holder);
		return false;
	}
	condition = json_pack("{s:s,s:s}", "question", link, "operator", op);
	json_object_update(condition, holder);
	json_decref(holder);
	json_array_append_new(o->list, condition);
	return true;
}

static bool add_value(struct when_out *o, const json_t *item, const char *op, const json_t *value)
{
	json_t *holder = json_object();

	fhir_export_value(item, value, holder, "answer");
	return add(o, item, op, holder);
}

static bool add_exists(struct when_out *o, const json_t *item, bool exists)
{
	return add(o, item, "exists", json_pack("{s:b}", "answerBoolean", exists));
}

/* A hidden question has an answer here, by when_hidden, and none there. */
bool when_put_exists(struct when_out *o, const json_t *item, bool exists)
{
	return !stand_in(o, item) && add_exists(o, item, exists);
}

static bool put_other_options(struct when_out *o, const json_t *item, const json_t *value)
{
	const json_t *options = json_object_get(item, "options");

	for (size_t i = 0; i < json_array_size(options); i++) {
		const json_t *code = json_object_get(json_array_get(options, i), "code");

		if (!json_equal(code, value) && !add_value(o, item, "=", code))
			return false;
	}
	return true;
}

/* An answer, and another one. */
static bool put_unequal(struct when_out *o, const json_t *item, const json_t *value)
{
	json_t *other;
	bool good;

	if (json_is_boolean(value)) {
		other = json_boolean(!json_is_true(value));
		good = add_value(o, item, "=", other);
		json_decref(other);
		return good;
	}
	if (o->all)
		return add_exists(o, item, true) && add_value(o, item, "!=", value);
	if (when_is_type(item, "choice"))
		return put_other_options(o, item, value);
	if (when_is_type(item, "integer") || when_is_type(item, "decimal") ||
	    when_is_type(item, "date") || when_is_type(item, "quantity"))
		return add_value(o, item, "<", value) && add_value(o, item, ">", value);
	return false;
}

/* "> 4.5" of an integer. */
static bool put_whole(struct when_out *o, const json_t *item, const char *op, struct number n)
{
	int64_t whole;
	bool always, good;
	json_t *value;

	if (!fhir_whole(&op, n, &whole, &always) || !op)
		return false;
	value = json_integer(whole);
	good = strcmp(op, "!=") == 0 ? put_unequal(o, item, value) : add_value(o, item, op, value);
	json_decref(value);
	return good;
}

bool when_put_value(struct when_out *o, const json_t *item, const struct when_operator *op,
		    const json_t *value)
{
	const json_t *hidden = stand_in(o, item);
	bool equality = op->fhir[0] == '=' || op->fhir[0] == '!';
	struct number n;

	/* What is true of the stand-in would be visible here and not enabled there. */
	if (hidden && (!equality || json_equal(hidden, value) == (op->fhir[0] == '=') ||
		       !(json_is_boolean(value) || json_is_string(value))))
		return false;
	if (when_is_type(item, "integer") && fhir_number(value, &n))
		return put_whole(o, item, op->fhir, n);
	if (op->fhir[0] == '!')
		return put_unequal(o, item, value);
	return add_value(o, item, op->fhir, value);
}

/* A literal back to a value, a new reference: dates and quantities lose their wrapping. */
json_t *when_literal(const json_t *rule)
{
	const json_t *date = when_argument(json_object_get(rule, "date"), 0);
	const json_t *number = when_argument(json_object_get(rule, "quantity"), 0);
	const char *text;

	if (!number)
		number = when_argument(json_object_get(rule, "decimal"), 0);
	text = json_string_value(number);
	if (date)
		return json_copy((json_t *)date);
	if (text)
		return json_loads(text, JSON_DECODE_ANY, NULL);
	if (json_is_object(rule) || json_is_array(rule))
		return NULL;
	return json_copy((json_t *)rule);
}

bool when_put_fhir_unequal(struct when_out *o, const json_t *item, const json_t *value)
{
	return !stand_in(o, item) && add_value(o, item, "!=", value);
}

bool when_put_code(struct when_out *o, const json_t *item, const json_t *code, bool negated)
{
	if (stand_in(o, item))
		return false;
	return negated ? add_exists(o, item, true) && add_value(o, item, "!=", code)
		       : add_value(o, item, "=", code);
}
