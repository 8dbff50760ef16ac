/* Random conditions. */
#include "draft.h"

static json_t *call(const char *op, json_t *args)
{
	return json_pack("{s:o}", op, args);
}

json_t *draft_var(const struct draft_name *name)
{
	return json_pack("{s:s}", "var", name->id);
}

json_t *draft_code(struct draft *draft, const struct draft_name *name)
{
	size_t n = json_array_size(name->codes);

	return json_incref(json_array_get(name->codes, (size_t)draft_roll(draft, (int)n)));
}

json_t *draft_codes(struct draft *draft, const struct draft_name *name)
{
	json_t *list = json_array(), *code;
	size_t i;

	json_array_foreach (name->codes, i, code)
		if (draft_chance(draft, 2))
			json_array_append(list, code);
	if (!json_array_size(list))
		json_array_append_new(list, draft_code(draft, name));
	return list;
}

static json_t *some_conditions(struct draft *draft, int least, int depth)
{
	json_t *list = json_array();

	for (int n = least + draft_roll(draft, 2); n > 0; n--)
		json_array_append_new(list, draft_boolean(draft, depth - 1));
	return list;
}

static const char *order(struct draft *draft)
{
	static const char *const orders[] = {"<", "<=", ">", ">=", "==", "!="};

	return orders[draft_roll(draft, 6)];
}

static json_t *on_number(struct draft *draft, const struct draft_name *name)
{
	if (draft_chance(draft, 6))
		return call("between",
			    json_pack("[o,o,o]", draft_var(name), draft_constant(draft, name),
				      draft_constant(draft, name)));
	if (draft_chance(draft, 6) && name->type == 'I')
		return call("in", json_pack("[o,[i,i]]", draft_var(name), name->low, name->high));
	return call(order(draft), json_pack("[o,o]", draft_var(name), draft_constant(draft, name)));
}

static json_t *on_date(struct draft *draft, const struct draft_name *name)
{
	json_t *number;

	if (draft_chance(draft, 2))
		return call(order(draft), json_pack("[o,o]", draft_var(name), draft_date(draft)));
	number = draft_chance(draft, 2)
			 ? call("age_at", json_pack("[o]", draft_var(name)))
			 : call("date_diff", json_pack("[o,{s:[]},s]", draft_var(name), "today",
						       draft_chance(draft, 2) ? "D" : "M"));
	return call(order(draft), json_pack("[o,i]", number, draft_roll(draft, 4)));
}

static json_t *on_text(struct draft *draft, const struct draft_name *name)
{
	static const char *const texts[] = {"a", "b", "ab", "73", "73301"};
	const char *text = texts[draft_roll(draft, 5)];

	return call(draft_chance(draft, 2) ? "starts_with" : "==",
		    json_pack("[o,s]", draft_var(name), text));
}

static json_t *on_code(struct draft *draft, const struct draft_name *name)
{
	if (draft_chance(draft, 3))
		return call("in", json_pack("[o,o]", draft_var(name), draft_codes(draft, name)));
	return call(draft_chance(draft, 2) ? "==" : "!=",
		    json_pack("[o,o]", draft_var(name), draft_code(draft, name)));
}

static json_t *on_set(struct draft *draft, const struct draft_name *name)
{
	static const char *const quantifiers[] = {"some", "all", "none"};

	switch (draft_roll(draft, 5)) {
	case 0: return call("in", json_pack("[o,o]", draft_code(draft, name), draft_var(name)));
	case 1:
		return call(order(draft),
			    json_pack("[{s:s},i]", "chosen", name->id, draft_roll(draft, 3)));
	default:
		return call(quantifiers[draft_roll(draft, 3)],
			    json_pack("[s,o]", name->id, draft_codes(draft, name)));
	}
}

static json_t *on_quantity(struct draft *draft, const struct draft_name *name)
{
	char text[16];

	snprintf(text, sizeof text, "%d%s", name->low + draft_roll(draft, 3),
		 draft_chance(draft, 3) ? ".5" : "");
	if (draft_chance(draft, 3))
		return call(order(draft), json_pack("[{s:[o,s]},o]", "in_unit", draft_var(name),
						    "kg", draft_constant(draft, name)));
	return call(order(draft),
		    json_pack("[o,{s:[s,s]}]", draft_var(name), "quantity", text, "kg"));
}

static json_t *on_rows(struct draft *draft, const struct draft_name *name)
{
	static const char *const quantifiers[] = {"some", "all", "none"};
	json_t *rule;

	if (draft_chance(draft, 5))
		return call(order(draft),
			    json_pack("[{s:s},i]", "rows", name->id, draft_roll(draft, 3)));
	draft->in_rows = (struct draft_name *)name;
	rule = draft_boolean(draft, 1);
	draft->in_rows = NULL;
	if (draft_chance(draft, 4))
		return call(order(draft), json_pack("[{s:[s,o]},i]", "count", name->id, rule,
						    draft_roll(draft, 3)));
	return call(quantifiers[draft_roll(draft, 3)], json_pack("[s,o]", name->id, rule));
}

static json_t *on_name(struct draft *draft, const struct draft_name *name)
{
	if (!name)
		return json_boolean(draft_roll(draft, 2));
	switch (name->type) {
	case 'B': return draft_var(name);
	case 'I':
	case 'D': return on_number(draft, name);
	case 'A': return on_date(draft, name);
	case 'X': return on_text(draft, name);
	case 'C': return on_code(draft, name);
	case 'S': return on_set(draft, name);
	case 'Q': return on_quantity(draft, name);
	default: return on_rows(draft, name);
	}
}

static json_t *on_arithmetic(struct draft *draft)
{
	return draft_chance(draft, 2)
		       ? call(order(draft),
			      json_pack("[o,o]", draft_integer(draft, 1), draft_integer(draft, 0)))
		       : call(order(draft),
			      json_pack("[o,o]", draft_decimal(draft, 1), draft_decimal(draft, 0)));
}

json_t *draft_boolean(struct draft *draft, int depth)
{
	const char *types = draft->in_rows ? "BBIDAXCSQ" : "BBIDAXCSQR";

	if (depth <= 0 || draft_roll(draft, 5) < 2)
		return on_name(draft, draft_pick(draft, types));
	switch (draft_roll(draft, 10)) {
	case 0:
	case 1: return call("and", some_conditions(draft, 2, depth));
	case 2:
	case 3: return call("or", some_conditions(draft, 2, depth));
	case 4:
	case 5: return call("!", json_pack("[o]", draft_boolean(draft, depth - 1)));
	case 6:
		return call("if", json_pack("[o,o,o]", draft_boolean(draft, depth - 1),
					    draft_boolean(draft, depth - 1),
					    draft_boolean(draft, depth - 1)));
	case 7:
		return call("at_least", json_pack("[i,o]", draft_roll(draft, 3),
						  some_conditions(draft, 2, depth)));
	case 8:
		return call(order(draft),
			    json_pack("[{s:o},i]", "count_true", some_conditions(draft, 2, depth),
				      draft_roll(draft, 3)));
	default: return on_arithmetic(draft);
	}
}
