/* Screeners with every form of show_if, for the way out. */
#include "fhir_random.h"

#include <string.h>

static json_t *var(const char *id)
{
	return json_pack("{s:s}", "var", id);
}

static json_t *some_codes(struct dice *dice)
{
	json_t *list = json_array();

	for (size_t i = 0; i < 3; i++)
		if (dice_roll(dice, 2))
			json_array_append_new(list, json_string(random_codes[i]));
	if (!json_array_size(list))
		json_array_append_new(list, json_string("B"));
	return list;
}

static json_t *literal(struct dice *dice, enum asked type)
{
	char text[16];

	switch (type) {
	case ASKED_INTEGER:
	case ASKED_DECIMAL: return random_number(dice, true);
	case ASKED_DATE: return json_pack("{s:s}", "date", random_dates[dice_roll(dice, 3)]);
	case ASKED_QUANTITY:
		snprintf(text, sizeof text, "%d.5", (int)dice_roll(dice, 6));
		return json_pack("{s:[s,s]}", "quantity", text, "kg");
	case ASKED_STRING: return json_string(random_texts[dice_roll(dice, 3)]);
	default: return json_string(random_codes[dice_roll(dice, 3)]);
	}
}

static json_t *comparison(struct random_form *form)
{
	static const char *const ops[] = {"==", "!=", "<", ">", "<=", ">="};
	static const enum asked types[] = {ASKED_INTEGER, ASKED_DECIMAL, ASKED_DATE, ASKED_QUANTITY,
					   ASKED_STRING,  ASKED_CHOICE,	 ASKED_OPEN};
	size_t i = dice_roll(form->dice, 7);
	const char *op = ops[dice_roll(form->dice, i < 4 ? 6 : 2)];
	json_t *value = literal(form->dice, types[i]);

	for (size_t k = 0; k < form->n; k++) {
		const struct random_question *q = &form->questions[k];

		if (q->type != types[i])
			continue;
		if (i < 4 && dice_roll(form->dice, 4) == 0)
			return json_pack("{s:[o,o]}", op, value, var(q->link));
		return json_pack("{s:[o,o]}", op, var(q->link), value);
	}
	return value;
}

/* The link of a question of this type, also of one that may be hidden. */
static const char *some_link(struct random_form *form, enum asked type)
{
	const char *found = NULL;

	for (size_t i = 0; i < form->n; i++)
		if (form->questions[i].type == type && (!found || dice_roll(form->dice, 2)))
			found = form->questions[i].link;
	return found;
}

static json_t *random_show_if(struct random_form *form, int depth)
{
	static const char *const loops[] = {"some", "all", "none"};
	static const char *const joints[] = {"and", "or"};
	struct dice *dice = form->dice;
	json_t *list;

	switch (dice_roll(dice, depth ? 15 : 11)) {
	case 0:
	case 1: return var(some_link(form, ASKED_BOOLEAN));
	case 2:
		return json_pack("{s:[o,o]}", "in", var(some_link(form, ASKED_CHOICE)),
				 some_codes(dice));
	case 3:
		return json_pack("{s:[o,o,o]}", "between", var("n"), random_number(dice, true),
				 random_number(dice, true));
	case 4: return json_pack("{s:[s,o]}", loops[dice_roll(dice, 3)], "m", some_codes(dice));
	case 5: return json_pack("{s:[o,o]}", "==", var("s"), var("s"));
	case 6: return json_pack("{s:[s,o]}", "in", random_codes[dice_roll(dice, 3)], var("m"));
	case 7: return var("derived");
	case 8:
		return dice_roll(dice, 3)
			       ? comparison(form)
			       : json_pack("{s:[{s:[o,i]},i]}", ">", "+", var("n"), 1, 3);
	case 9:
	case 10: return comparison(form);
	case 11: return json_pack("{s:o}", "!", random_show_if(form, depth - 1));
	default:
		list = json_array();
		for (uint64_t n = dice_roll(dice, 3) + 1; n; n--)
			json_array_append_new(list, random_show_if(form, depth - 1));
		return json_pack("{s:o}", joints[dice_roll(dice, 2)], list);
	}
}

static json_t *screener_item(const struct random_question *q)
{
	static const char *const names[] = {"boolean", "integer", "decimal",  "text",	    "date",
					    "choice",  "multi",	  "quantity", "open_choice"};
	json_t *out = json_pack("{s:s,s:s}", "id", q->link, "type", names[q->type]);

	if (q->type == ASKED_CHOICE || q->type == ASKED_MULTI || q->type == ASKED_OPEN)
		json_object_set_new(
			out, "options",
			json_pack("[{s:s},{s:s},{s:s}]", "code", "A", "code", "B", "code", "C"));
	if (q->type == ASKED_QUANTITY)
		json_object_set_new(out, "unit", json_string("kg"));
	return out;
}

struct random_form random_screener(struct dice *dice)
{
	static const char *const links[] = {"b", "n", "x", "s", "t", "c", "m", "w", "o"};
	struct random_form form = {.dice = dice};
	json_t *items = json_array();

	for (size_t i = 0; i < N_ASKED; i++) {
		struct random_question *q = &form.questions[form.n++];

		*q = (struct random_question){.type = (enum asked)i, .rows = -1};
		snprintf(q->link, sizeof q->link, "%s", links[i]);
		json_array_append_new(items, screener_item(q));
	}
	for (int i = 0; i < 6; i++) {
		bool choice = dice_roll(dice, 2), stands_in = dice_roll(dice, 4) == 0;
		json_t *rule = random_show_if(&form, 2), *item;
		struct random_question *q = random_declare(&form, "q", -1);

		q->type = choice ? ASKED_CHOICE : ASKED_BOOLEAN;
		item = screener_item(q);
		json_object_set_new(item, "show_if", rule);
		if (stands_in)
			json_object_set_new(item, "when_hidden",
					    choice ? json_string(random_codes[dice_roll(dice, 3)])
						   : json_boolean(dice_roll(dice, 2)));
		json_array_append_new(items, item);
	}
	form.json = json_pack(
		"{s:s,s:s,s:[s],s:o,s:[{s:s,s:s,s:{s:[{s:s},{s:[{s:s},i]}]}}],s:[{s:s,s:i}],s:s,s:["
		"{s:s,s:b,s:s}],s:s}",
		"format", "screener/1", "slug", "random", "locales", "en-US", "items", items,
		"derived", "id", "derived", "type", "boolean", "rule", "and", "var", "b", ">",
		"var", "n", 2, "outcomes", "id", "no", "severity", 1, "hit_policy", "first",
		"rules", "id", "R", "else", 1, "then", "no", "on_unknown", "no");
	return form;
}
