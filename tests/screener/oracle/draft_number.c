/* Random numbers and dates, of which some fail: divisions by zero, overflow, no row. */
#include "draft.h"

#define HUGE_NUMBER 9007199254740991 /* two of them multiplied overflow */

static json_t *call(const char *op, json_t *args)
{
	return json_pack("{s:o}", op, args);
}

static json_t *pair(const char *op, json_t *a, json_t *b)
{
	return call(op, json_pack("[o,o]", a, b));
}

static const char *mode(struct draft *draft)
{
	static const char *const modes[] = {"half_up", "half_even", "up",
					    "down",    "floor",	    "ceiling"};

	return modes[draft_roll(draft, 6)];
}

/* At, beside, or between the limits of what it is compared with. */
json_t *draft_constant(struct draft *draft, const struct draft_name *name)
{
	int n = name->low - 1 + draft_roll(draft, name->high - name->low + 3);

	if (name->type != 'I' && draft_chance(draft, 4))
		return json_real(n + 0.5);
	return json_integer(n);
}

static json_t *integer_leaf(struct draft *draft)
{
	const struct draft_name *name = draft_pick(draft, draft->in_rows ? "IIIAS" : "IIIASR");

	if (!name || draft_chance(draft, 3))
		return json_integer(draft_roll(draft, 5) - 1);
	switch (name->type) {
	case 'I': return draft_var(name);
	case 'A':
		return draft_chance(draft, 2) ? call("age_at", json_pack("[o]", draft_var(name)))
					      : call("day", json_pack("[o]", draft_var(name)));
	case 'S': return json_pack("{s:s}", "chosen", name->id);
	default: return json_pack("{s:s}", "rows", name->id);
	}
}

static json_t *sum_of_rows(struct draft *draft)
{
	const struct draft_name *name = draft->in_rows ? NULL : draft_pick(draft, "R");
	json_t *rule;

	if (!name)
		return integer_leaf(draft);
	draft->in_rows = (struct draft_name *)name;
	rule = draft_integer(draft, 0);
	draft->in_rows = NULL;
	return call("sum", json_pack("[s,o]", name->id, rule));
}

json_t *draft_integer(struct draft *draft, int depth)
{
	static const char *const folds[] = {"+", "-", "*", "min", "max", "%"};

	if (depth <= 0)
		return integer_leaf(draft);
	switch (draft_roll(draft, 10)) {
	case 0: return sum_of_rows(draft);
	case 1:
		return call("round",
			    json_pack("[o,i,s]", draft_decimal(draft, depth - 1), 0, mode(draft)));
	case 2:
		return call("if", json_pack("[o,o,o]", draft_boolean(draft, depth - 1),
					    draft_integer(draft, depth - 1),
					    draft_integer(draft, depth - 1)));
	case 3:
		return call("*", json_pack("[o,I,I]", draft_integer(draft, depth - 1),
					   (json_int_t)HUGE_NUMBER,
					   (json_int_t)(draft_chance(draft, 2) ? 1024 : 1025)));
	case 4: return draft_lookup(draft, depth);
	case 5: return call("-", json_pack("[o]", draft_integer(draft, depth - 1)));
	default:
		return pair(folds[draft_roll(draft, 6)], draft_integer(draft, depth - 1),
			    draft_integer(draft, depth - 1));
	}
}

static json_t *decimal_leaf(struct draft *draft)
{
	const struct draft_name *name = draft_pick(draft, "DDIQ");

	if (!name || draft_chance(draft, 3))
		return json_real((double)(draft_roll(draft, 9)) / 4);
	if (name->type == 'Q')
		return call("in_unit", json_pack("[o,s]", draft_var(name), "kg"));
	return draft_var(name);
}

json_t *draft_decimal(struct draft *draft, int depth)
{
	static const char *const folds[] = {"+", "-", "*", "min", "max"};

	if (depth <= 0)
		return decimal_leaf(draft);
	switch (draft_roll(draft, 8)) {
	case 0:
	case 1: return pair("/", draft_integer(draft, depth - 1), draft_integer(draft, depth - 1));
	case 2: return pair("/", draft_decimal(draft, depth - 1), draft_decimal(draft, depth - 1));
	case 3:
		return pair("pct_of", draft_decimal(draft, depth - 1),
			    draft_decimal(draft, depth - 1));
	case 4:
		return call("round", json_pack("[o,i,s]", draft_decimal(draft, depth - 1),
					       1 + draft_roll(draft, 2), mode(draft)));
	default:
		return pair(folds[draft_roll(draft, 5)], draft_decimal(draft, depth - 1),
			    draft_decimal(draft, depth - 1));
	}
}

json_t *draft_date(struct draft *draft)
{
	static const char *const dates[] = {"2026-01-01", "2024-02-29", "2025-12-31", "2026-03-01"};
	static const char *const units[] = {"D", "M", "Y", "W"};
	const struct draft_name *name = draft_pick(draft, "A");

	switch (draft_roll(draft, 4)) {
	case 0: return json_pack("{s:[]}", "today");
	case 1:
		return call("date_add", json_pack("[{s:[]},i,s]", "today", draft_roll(draft, 5) - 3,
						  units[draft_roll(draft, 4)]));
	case 2:
		if (name)
			return call("date_add",
				    json_pack("[o,i,s]", draft_var(name), draft_roll(draft, 5) - 2,
					      units[draft_roll(draft, 4)]));
		break;
	default: break;
	}
	return json_pack("{s:s}", "date", dates[draft_roll(draft, 4)]);
}
