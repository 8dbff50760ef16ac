/* Rules: literals, `var`, and the operators of logic and comparison. */
#include <string.h>

#include "world.h"

json_t *argument(json_t *args, size_t i)
{
	if (!json_is_array(args))
		return i == 0 ? args : NULL;
	return json_array_get(args, i);
}

size_t n_arguments(json_t *args)
{
	return json_is_array(args) ? json_array_size(args) : 1;
}

static int index_of(json_t *list, const char *id)
{
	json_t *element;
	size_t i;

	json_array_foreach (list, i, element)
		if (strcmp(json_string_value(json_object_get(element, "id")), id) == 0)
			return (int)i;
	return -1;
}

static struct value named_value(struct world *w, const char *id)
{
	const char *dot = strchr(id, '.');
	int i = item_find(w->doc, id);
	char name[80];

	if (i >= 0)
		return item_value(w, i);
	snprintf(name, sizeof name, "%.*s", dot ? (int)(dot - id) : 64, id);
	i = index_of(json_object_get(w->doc->json, "scores"), name);
	if (i >= 0)
		return dot ? score_band(w, (size_t)i) : score_value(w, (size_t)i);
	return derived_value(w, (size_t)index_of(json_object_get(w->doc->json, "derived"), id));
}

enum kleene rule_truth(struct world *w, json_t *rule)
{
	return kleene_of(rule_value(w, rule));
}

static struct value literal(const char *op, json_t *args)
{
	struct fraction n;
	int64_t day;

	if (strcmp(op, "date") == 0 && day_parse(json_string_value(args), &day))
		return date_of(day);
	if (strcmp(op, "decimal") == 0 && fraction_parse(json_string_value(args), &n))
		return number_of(n);
	if (strcmp(op, "quantity") == 0 &&
	    fraction_parse(json_string_value(json_array_get(args, 0)), &n))
		return number_of(n);
	return unknown();
}

struct value rule_value(struct world *w, json_t *rule)
{
	const char *op = json_object_iter_key(json_object_iter(rule));
	struct fraction n;
	struct value v;
	json_t *args;

	if (json_is_boolean(rule))
		return boolean_of(json_is_true(rule));
	if (json_is_string(rule))
		return text_value(json_string_value(rule));
	if (fraction_of_json(rule, &n))
		return number_of(n);
	args = json_object_get(rule, op);
	if (strcmp(op, "var") == 0)
		return named_value(w, json_string_value(argument(args, 0)));
	if (strcmp(op, "lookup") == 0)
		return lookup_operator(w, args);
	if (logic_operator(w, op, args, &v) || compare_operator(w, op, args, &v) ||
	    rows_operator(w, op, args, &v) || number_operator(w, op, args, &v) ||
	    date_operator(w, op, args, &v))
		return v;
	return literal(op, args);
}
