/* Comparisons, `between`, `in` and `starts_with`. What is compared with unknown is unknown. */
#include <string.h>

#include "world.h"

static bool same_set(json_t *a, json_t *b)
{
	json_t *element;
	size_t i;

	json_array_foreach (a, i, element)
		if (!set_has(b, json_string_value(element)))
			return false;
	json_array_foreach (b, i, element)
		if (!set_has(a, json_string_value(element)))
			return false;
	return true;
}

static bool is_same(struct value a, struct value b)
{
	if (a.kind == KIND_TEXT)
		return same_text(a, b);
	if (a.kind == KIND_SET)
		return same_set(a.set, b.set);
	return fraction_compare(a.number, b.number) == 0;
}

static struct value compare(const char *op, struct value a, struct value b)
{
	int order;

	if (!a.known || !b.known)
		return truth_of(IS_UNKNOWN, !a.known ? a.failed : b.failed);
	if (op[0] == '=')
		return boolean_of(is_same(a, b));
	if (op[0] == '!')
		return boolean_of(!is_same(a, b));
	order = fraction_compare(a.number, b.number);
	if (op[1] == '=' && order == 0)
		return boolean_of(true);
	return boolean_of(op[0] == '<' ? order < 0 : order > 0);
}

static struct value between(struct value x, struct value low, struct value high)
{
	struct value a = compare("<=", low, x), b = compare("<=", x, high);

	if (kleene_of(a) == IS_FALSE || kleene_of(b) == IS_FALSE)
		return boolean_of(false);
	if (!a.known || !b.known)
		return truth_of(IS_UNKNOWN, a.failed || b.failed);
	return boolean_of(true);
}

/* A literal array, or the answer to a multi. */
static struct value in_of(struct world *w, json_t *args)
{
	json_t *list = argument(args, 1), *element;
	struct value x = rule_value(w, argument(args, 0)), set;
	size_t i;

	if (!json_is_array(list)) {
		set = rule_value(w, list);
		if (!x.known || !set.known)
			return truth_of(IS_UNKNOWN, !x.known ? x.failed : set.failed);
		return boolean_of(!x.is_no_option && set_has(set.set, x.text));
	}
	if (!x.known)
		return x;
	json_array_foreach (list, i, element)
		if (is_same(x, rule_value(w, element)))
			return boolean_of(true);
	return boolean_of(false);
}

static struct value starts_with(struct value text, const char *start)
{
	if (!text.known)
		return text;
	return boolean_of(strncmp(text.text, start, strlen(start)) == 0);
}

bool compare_operator(struct world *w, const char *op, json_t *args, struct value *out)
{
	static const char *const orders[] = {"==", "!=", "<", "<=", ">", ">=", NULL};
	json_t *a = argument(args, 0), *b = argument(args, 1);

	if (strcmp(op, "between") == 0) {
		*out = between(rule_value(w, a), rule_value(w, b),
			       rule_value(w, argument(args, 2)));
		return true;
	}
	if (strcmp(op, "in") == 0) {
		*out = in_of(w, args);
		return true;
	}
	if (strcmp(op, "starts_with") == 0) {
		*out = starts_with(rule_value(w, a), json_string_value(b));
		return true;
	}
	for (int i = 0; orders[i]; i++)
		if (strcmp(op, orders[i]) == 0) {
			*out = compare(op, rule_value(w, a), rule_value(w, b));
			return true;
		}
	return false;
}
