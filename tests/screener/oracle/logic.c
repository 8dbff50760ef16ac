/* Kleene's logic. An unknown is failed when one of the unknowns that made it is. */
#include <string.h>

#include "world.h"

/* How many of the arguments are false, true, unknown; and whether one failed. */
struct tally {
	int64_t n[3];
	bool failed;
};

static struct tally tally_of(struct world *w, json_t *args)
{
	struct tally tally = {};

	for (size_t i = 0; i < n_arguments(args); i++) {
		struct value v = rule_value(w, argument(args, i));

		tally.n[kleene_of(v)]++;
		tally.failed = tally.failed || v.failed;
	}
	return tally;
}

static struct value and_of(struct tally t)
{
	return truth_of(t.n[IS_FALSE]	  ? IS_FALSE
			: t.n[IS_UNKNOWN] ? IS_UNKNOWN
					  : IS_TRUE,
			t.failed);
}

static struct value or_of(struct tally t)
{
	return truth_of(t.n[IS_TRUE] ? IS_TRUE : t.n[IS_UNKNOWN] ? IS_UNKNOWN : IS_FALSE, t.failed);
}

static struct value at_least_of(struct world *w, json_t *args)
{
	struct tally t = tally_of(w, argument(args, 1));
	struct value n = rule_value(w, argument(args, 0));

	if (t.n[IS_TRUE] >= n.number.num)
		return boolean_of(true);
	if (t.n[IS_TRUE] + t.n[IS_UNKNOWN] < n.number.num)
		return boolean_of(false);
	return truth_of(IS_UNKNOWN, t.failed);
}

/* Needs all of its arguments, and stops at the first that is unknown. */
static struct value count_true_of(struct world *w, json_t *args)
{
	int64_t n = 0;

	for (size_t i = 0; i < n_arguments(args); i++) {
		struct value v = rule_value(w, argument(args, i));

		if (!v.known)
			return v;
		n += v.number.num;
	}
	return integer_of(n);
}

static struct value not_of(struct value v)
{
	return v.known ? boolean_of(!v.number.num) : v;
}

/* The first condition that is not false decides. */
static struct value if_of(struct world *w, json_t *args)
{
	size_t n = n_arguments(args), i;

	for (i = 0; i + 1 < n; i += 2) {
		struct value condition = rule_value(w, argument(args, i));

		if (!condition.known)
			return truth_of(IS_UNKNOWN, condition.failed);
		if (condition.number.num)
			return rule_value(w, argument(args, i + 1));
	}
	return rule_value(w, argument(args, i));
}

static enum kleene is_missing(struct world *w, const char *id)
{
	const struct cell *cell = item_cell(w, item_find(w->doc, id));

	if (cell->shown != IS_TRUE)
		return cell->shown;
	return cell->given == VALID ? IS_FALSE : IS_TRUE;
}

static struct value missing_of(struct world *w, json_t *args)
{
	struct tally t = {};

	for (size_t i = 0; i < n_arguments(args); i++)
		t.n[is_missing(w, json_string_value(argument(args, i)))]++;
	return or_of(t);
}

bool logic_operator(struct world *w, const char *op, json_t *args, struct value *out)
{
	if (strcmp(op, "and") == 0)
		*out = and_of(tally_of(w, args));
	else if (strcmp(op, "or") == 0)
		*out = or_of(tally_of(w, args));
	else if (strcmp(op, "!") == 0)
		*out = not_of(rule_value(w, argument(args, 0)));
	else if (strcmp(op, "if") == 0)
		*out = if_of(w, args);
	else if (strcmp(op, "at_least") == 0)
		*out = at_least_of(w, args);
	else if (strcmp(op, "missing") == 0)
		*out = missing_of(w, args);
	else if (strcmp(op, "count_true") == 0)
		*out = count_true_of(w, args);
	else
		return false;
	return true;
}
