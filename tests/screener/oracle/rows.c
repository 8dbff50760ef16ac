/* Operators on repeating groups and on multis. */
#include <string.h>

#include "world.h"

static const char *name_of(json_t *arg)
{
	return json_string_value(json_is_object(arg) ? json_object_get(arg, "var") : arg);
}

static bool is_group(struct world *w, const char *id)
{
	int i = item_find(w->doc, id);

	return i >= 0 && w->doc->items[i].repeats;
}

static struct value quantified(const char *op, int n_true, int n_false, int n_unknown,
			       bool is_failed)
{
	if (strcmp(op, "all") == 0)
		return truth_of(n_false ? IS_FALSE : n_unknown ? IS_UNKNOWN : IS_TRUE, is_failed);
	if (strcmp(op, "some") == 0)
		return truth_of(n_true ? IS_TRUE : n_unknown ? IS_UNKNOWN : IS_FALSE, is_failed);
	return truth_of(n_true ? IS_FALSE : n_unknown ? IS_UNKNOWN : IS_TRUE, is_failed);
}

static struct value in_row(struct world *w, int row, json_t *rule)
{
	int outer = w->row;
	struct value v;

	w->row = row;
	v = rule_value(w, rule);
	w->row = outer;
	return v;
}

/* `count` and `sum` need all rows, and stop at the first that is unknown. */
static struct value added(struct world *w, int n_rows, json_t *rule)
{
	struct value sum = integer_of(0);

	for (int row = 0; row < n_rows; row++) {
		struct value v = in_row(w, row, rule);

		if (!v.known)
			return v;
		if (!fraction_add(sum.number, v.number, &sum.number))
			return failed();
	}
	return sum;
}

static struct value over_rows(struct world *w, const char *op, int n_rows, json_t *rule)
{
	bool is_failed = false;
	int n[3] = {};

	if (strcmp(op, "sum") == 0 || strcmp(op, "count") == 0)
		return added(w, n_rows, rule);
	for (int row = 0; row < n_rows; row++) {
		struct value v = in_row(w, row, rule);

		is_failed = is_failed || v.failed;
		n[kleene_of(v)]++;
	}
	return quantified(op, n[IS_TRUE], n[IS_FALSE], n[IS_UNKNOWN], is_failed);
}

static struct value over_codes(const char *op, struct value set, json_t *codes)
{
	json_t *code;
	int n[2] = {};
	size_t i;

	if (!set.known)
		return set;
	json_array_foreach (codes, i, code)
		n[set_has(set.set, json_string_value(code))]++;
	return quantified(op, n[1], n[0], 0, false);
}

static int64_t n_different(json_t *set)
{
	json_t *element;
	int64_t n = 0;
	size_t i;

	json_array_foreach (set, i, element) {
		size_t first = 0;

		while (strcmp(json_string_value(json_array_get(set, first)),
			      json_string_value(element)) != 0)
			first++;
		n += first == i;
	}
	return n;
}

bool rows_operator(struct world *w, const char *op, json_t *args, struct value *out)
{
	static const char *const loops[] = {"some", "all",  "none",   "count",
					    "sum",  "rows", "chosen", NULL};
	struct value set;
	const char *id;
	int i = 0, n;

	while (loops[i] && strcmp(op, loops[i]) != 0)
		i++;
	if (!loops[i])
		return false;
	id = name_of(argument(args, 0));
	if (!is_group(w, id)) {
		set = item_value(w, item_find(w->doc, id));
		if (strcmp(op, "chosen") != 0)
			*out = over_codes(op, set, argument(args, 1));
		else
			*out = set.known ? integer_of(n_different(set.set)) : set;
		return true;
	}
	n = group_rows(w, item_find(w->doc, id));
	if (n < 0)
		*out = unknown();
	else if (strcmp(op, "rows") == 0)
		*out = integer_of(n);
	else
		*out = over_rows(w, op, n, argument(args, 1));
	return true;
}
