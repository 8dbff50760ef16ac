#include <stdlib.h>

#include "kit.h"
#include "random_rule.h"

static uint32_t roll(struct dice *dice, uint32_t sides)
{
	return (uint32_t)dice_roll(dice, sides);
}

static json_t *call(const char *op, json_t *args)
{
	return json_pack("{s:o}", op, args);
}

static json_t *var(struct dice *dice, char kind)
{
	char id[] = {kind, (char)('0' + roll(dice, RANDOM_ITEMS)), '\0'};

	return json_pack("{s:s}", "var", id);
}

static const char *code(struct dice *dice)
{
	static const char *const codes[] = {"x", "y", "z"};

	return codes[roll(dice, 3)];
}

static json_t *some_codes(struct dice *dice)
{
	json_t *list = json_array();

	for (uint32_t n = 1 + roll(dice, 2); n > 0; n--)
		json_array_append_new(list, json_string(code(dice)));
	return list;
}

json_t *random_integer(struct dice *dice, int depth)
{
	static const char *const folds[] = {"+", "-", "min", "max"};

	if (depth <= 0 || roll(dice, 3) == 0)
		return roll(dice, 2) ? var(dice, 'i') : json_integer((int)roll(dice, 11) - 5);
	switch (roll(dice, 6)) {
	case 0:
		return call("*", json_pack("[o,i]", random_integer(dice, depth - 1),
					   (int)roll(dice, 7) - 3));
	case 1:
		return call("%", json_pack("[o,i]", random_integer(dice, depth - 1),
					   (int)roll(dice, 5) - 2));
	case 2:
		return call("if", json_pack("[o,o,o]", random_condition(dice, depth - 1),
					    random_integer(dice, depth - 1),
					    random_integer(dice, depth - 1)));
	case 3:
		return call("count_true", json_pack("[o,o]", random_condition(dice, depth - 1),
						    random_condition(dice, depth - 1)));
	default:
		return call(folds[roll(dice, 4)],
			    json_pack("[o,o]", random_integer(dice, depth - 1),
				      random_integer(dice, depth - 1)));
	}
}

static json_t *random_comparison(struct dice *dice, int depth)
{
	static const char *const orders[] = {"==", "!=", "<", "<=", ">", ">="};
	json_t *a = random_integer(dice, depth - 1);

	if (roll(dice, 4) == 0)
		a = call("/", json_pack("[o,o]", a, random_integer(dice, depth - 1)));
	return call(orders[roll(dice, 6)], json_pack("[o,o]", a, random_integer(dice, depth - 1)));
}

static json_t *random_set_test(struct dice *dice)
{
	static const char *const quantifiers[] = {"some", "all", "none"};
	char id[] = {'s', (char)('0' + roll(dice, RANDOM_ITEMS)), '\0'};

	return call(quantifiers[roll(dice, 3)], json_pack("[s,o]", id, some_codes(dice)));
}

json_t *random_condition(struct dice *dice, int depth)
{
	json_t *list;

	if (depth <= 0)
		return roll(dice, 8) ? var(dice, 'b') : json_boolean(roll(dice, 2));
	switch (roll(dice, 10)) {
	case 0: return var(dice, 'b');
	case 1:
	case 2:
		list = json_array();
		for (uint32_t n = 1 + roll(dice, 3); n > 0; n--)
			json_array_append_new(list, random_condition(dice, depth - 1));
		return call(roll(dice, 2) ? "and" : "or", list);
	case 3: return call("!", random_condition(dice, depth - 1));
	case 4:
		return call("if", json_pack("[o,o,o]", random_condition(dice, depth - 1),
					    random_condition(dice, depth - 1),
					    random_condition(dice, depth - 1)));
	case 5:
		return call("at_least", json_pack("[i,[o,o,o]]", (int)roll(dice, 4),
						  random_condition(dice, depth - 1),
						  random_condition(dice, depth - 1),
						  random_condition(dice, depth - 1)));
	case 6:
		return call("between", json_pack("[o,o,o]", random_integer(dice, depth - 1),
						 random_integer(dice, depth - 1),
						 random_integer(dice, depth - 1)));
	case 7:
		return roll(dice, 2)
			       ? call("in", json_pack("[o,o]", var(dice, 'c'), some_codes(dice)))
			       : call(roll(dice, 2) ? "==" : "!=",
				      json_pack("[o,s]", var(dice, 'c'), code(dice)));
	case 8: return random_set_test(dice);
	default: return random_comparison(dice, depth);
	}
}

static json_t *random_item(struct dice *dice, char kind, uint32_t i, bool with_conditions)
{
	char id[] = {kind, (char)('0' + i), '\0'};
	char earlier[] = {'b', (char)('0' + (i ? i - 1 : 0)), '\0'};
	const char *type = kind == 'b'	 ? "boolean"
			   : kind == 'i' ? "integer"
			   : kind == 'c' ? "choice"
					 : "multi";
	json_t *item = json_pack("{s:s,s:s}", "id", id, "type", type);

	if (kind == 'c' || kind == 's')
		json_object_set_new(
			item, "options",
			json_pack("[{s:s},{s:s},{s:s}]", "code", "x", "code", "y", "code", "z"));
	if (kind == 's')
		json_object_set_new(item, "min_choices", json_integer(0));
	if (!with_conditions || i == 0 || roll(dice, 2))
		return item;
	json_object_set_new(item, "show_if", json_pack("{s:s}", "var", earlier));
	if (roll(dice, 4) == 0)
		return item;
	json_object_set_new(item, "when_hidden",
			    kind == 'b'	  ? json_boolean(roll(dice, 2))
			    : kind == 'i' ? json_integer((int)roll(dice, 5))
			    : kind == 'c' ? json_string(code(dice))
					  : some_codes(dice));
	return item;
}

json_t *random_items(struct dice *dice, bool with_conditions)
{
	json_t *items = json_array();

	for (const char *kind = "bics"; *kind; kind++)
		for (uint32_t i = 0; i < RANDOM_ITEMS; i++)
			json_array_append_new(items, random_item(dice, *kind, i, with_conditions));
	return items;
}

static json_t *random_value(struct dice *dice, char kind)
{
	json_t *set;

	switch (kind) {
	case 'b': return json_boolean(roll(dice, 2));
	case 'i': return json_integer((int)roll(dice, 13) - 6);
	case 'c': return json_string(code(dice));
	default: break;
	}
	set = json_array();
	for (int i = 0; i < 3; i++)
		if (roll(dice, 2))
			json_array_append_new(set, json_string((const char *[]){"x", "y", "z"}[i]));
	return set;
}

json_t *random_answers(struct dice *dice, uint32_t odds)
{
	json_t *answers = json_object();

	for (const char *kind = "bics"; *kind; kind++)
		for (uint32_t i = 0; i < RANDOM_ITEMS; i++) {
			char id[] = {*kind, (char)('0' + i), '\0'};

			if (!odds || roll(dice, odds))
				json_object_set_new(answers, id, random_value(dice, *kind));
		}
	return answers;
}

struct kit random_compile(json_t *document)
{
	char *text = json_dumps(document, JSON_COMPACT);
	struct kit kit = kit_compile(text);

	free(text);
	json_decref(document);
	return kit;
}
