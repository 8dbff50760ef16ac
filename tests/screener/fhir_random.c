/* Everything is drawn from few values, so that conditions are met and missed alike. */
#include "fhir_random.h"

#include <string.h>

static uint64_t roll(struct dice *dice, uint64_t sides)
{
	return dice_roll(dice, sides);
}

static const char *const codes[] = {"A", "B", "C"};
static const char *const dates[] = {"2020-02-28", "2020-02-29", "2021-01-01"};
static const char *const texts[] = {"x", "y", "zz"};

static json_t *kilograms(double value, const char *unit)
{
	return json_pack("{s:f,s:s,s:s,s:s}", "value", value, "unit", unit, "system",
			 "http://unitsofmeasure.org", "code", unit);
}

static json_t *coding(const char *code)
{
	return json_pack("{s:s}", "code", code);
}

static json_t *number(struct dice *dice, bool halves)
{
	int64_t n = (int64_t)roll(dice, 6) + 1;

	return halves && roll(dice, 2) ? json_real((double)n + 0.5) : json_integer(n);
}

/* One answer of this type below prefix + type: "valueInteger". */
static void put_answer(struct dice *dice, enum asked type, bool condition, json_t *out)
{
	const char *prefix = condition ? "answer" : "value", *name = "";
	json_t *value = NULL;
	char key[40];

	switch (type) {
	case ASKED_BOOLEAN:
		name = "Boolean";
		value = json_boolean(roll(dice, 2));
		break;
	case ASKED_INTEGER:
		value = number(dice, condition && !roll(dice, 3));
		name = json_is_real(value) ? "Decimal" : "Integer";
		break;
	case ASKED_DECIMAL:
		name = "Decimal";
		value = number(dice, true);
		break;
	case ASKED_STRING:
		name = "String";
		value = json_string(texts[roll(dice, 3)]);
		break;
	case ASKED_DATE:
		name = "Date";
		value = json_string(dates[roll(dice, 3)]);
		break;
	case ASKED_QUANTITY:
		name = "Quantity";
		value = condition && roll(dice, 2) ? kilograms((double)roll(dice, 20), "[lb_av]")
						   : kilograms((double)roll(dice, 6) + 0.5, "kg");
		break;
	default: name = "Coding"; value = coding(codes[roll(dice, 3)]);
	}
	snprintf(key, sizeof key, "%s%s", prefix, name);
	json_object_set_new(out, key, value);
}

static const char *operator_for(struct dice *dice, enum asked type)
{
	static const char *const all[] = {"exists", "=", "!=", "<", ">", "<=", ">="};
	bool order = type == ASKED_INTEGER || type == ASKED_DECIMAL || type == ASKED_DATE ||
		     type == ASKED_QUANTITY;

	return all[roll(dice, order ? 7 : 3)];
}

/* What only a score can say: there is none for the questions of a row. */
static bool is_negative(const json_t *condition)
{
	const char *op = json_string_value(json_object_get(condition, "operator"));

	return strcmp(op, "!=") == 0 ||
	       (strcmp(op, "exists") == 0 &&
		json_is_false(json_object_get(condition, "answerBoolean")));
}

/* NULL when the question drawn cannot be asked about here. */
static json_t *good_condition(struct random_form *form, int rows)
{
	const struct random_question *q = &form->questions[roll(form->dice, form->n)];
	json_t *out;

	if (q->group || (q->rows >= 0 && q->rows != rows) || (q->hidden && q->rows >= 0))
		return NULL;
	out = json_pack("{s:s,s:s}", "question", q->link, "operator",
			operator_for(form->dice, q->type));
	if (strcmp(json_string_value(json_object_get(out, "operator")), "exists") == 0)
		json_object_set_new(out, "answerBoolean", json_boolean(roll(form->dice, 2)));
	else
		put_answer(form->dice, q->type, true, out);
	if (q->rows >= 0 && is_negative(out)) {
		json_decref(out);
		return NULL;
	}
	return out;
}

/* Something that no rule can say. */
static json_t *bad_condition(struct random_form *form)
{
	static const char *const texts_of[] = {
		"{\"question\":\"nobody\",\"operator\":\"=\",\"answerBoolean\":true}",
		"{\"question\":\"b0\",\"operator\":\"=\",\"answerString\":\"true\"}",
		"{\"question\":\"b0\",\"operator\":\">\",\"answerBoolean\":false}",
		"{\"question\":\"b0\",\"operator\":\"is\",\"answerBoolean\":false}",
		"{\"question\":\"b0\",\"operator\":\"=\"}",
		"{\"question\":\"b0\",\"operator\":\"exists\"}",
		"{\"question\":\"d0\",\"operator\":\">\",\"answerDate\":\"2020\"}",
		"{\"question\":\"d0\",\"operator\":\">\",\"answerDateTime\":\"2020-01-01T00Z\"}",
		"{\"question\":\"c0\",\"operator\":\"=\",\"answerCoding\":{\"code\":\"Q\"}}",
		"{\"question\":\"w0\",\"operator\":\"<\",\"answerQuantity\":{\"code\":\"cm\"}}",
		"{\"question\":\"k0\",\"operator\":\"=\",\"answerBoolean\":true}"};

	return json_loads(texts_of[roll(form->dice, sizeof texts_of / sizeof texts_of[0])], 0,
			  NULL);
}

/* True when the item now has a condition that cannot be expressed. */
static bool add_conditions(struct random_form *form, json_t *item, int rows, bool bad)
{
	json_t *list = json_array();
	bool lost = bad && roll(form->dice, 8) == 0;

	for (uint64_t n = roll(form->dice, 4); n; n--) {
		json_t *condition = good_condition(form, rows);

		if (condition)
			json_array_append_new(list, condition);
	}
	if (lost)
		json_array_insert_new(list, roll(form->dice, json_array_size(list) + 1),
				      bad_condition(form));
	if (json_array_size(list))
		json_object_set(item, "enableWhen", list);
	if (json_array_size(list) > 1)
		json_object_set_new(item, "enableBehavior",
				    json_string(roll(form->dice, 2) ? "any" : "all"));
	json_decref(list);
	return lost;
}

static void add_extension(json_t *item, const char *url, const char *name, json_t *value)
{
	json_t *list = json_object_get(item, "extension");

	if (!list) {
		list = json_array();
		json_object_set_new(item, "extension", list);
	}
	json_array_append_new(list, json_pack("{s:s,s:o}", "url", url, name, value));
}

static void add_type(struct dice *dice, enum asked type, json_t *item)
{
	static const char *const names[] = {"boolean", "integer", "decimal",  "string",	    "date",
					    "choice",  "choice",  "quantity", "open-choice"};
	json_t *options = json_array();

	json_object_set_new(item, "type", json_string(names[type]));
	if (type == ASKED_CHOICE && roll(dice, 3) == 0)
		json_object_set_new(item, "type", json_string("coding"));
	if (type == ASKED_MULTI)
		json_object_set_new(item, "repeats", json_true());
	for (size_t i = 0; i < 3; i++)
		json_array_append_new(options, json_pack("{s:o}", "valueCoding", coding(codes[i])));
	if (type == ASKED_CHOICE || type == ASKED_MULTI || type == ASKED_OPEN)
		json_object_set(item, "answerOption", options);
	json_decref(options);
	if (type == ASKED_QUANTITY)
		add_extension(item, "http://hl7.org/fhir/StructureDefinition/questionnaire-unit",
			      "valueCoding", coding("kg"));
}

static struct random_question *declare(struct random_form *form, const char *letter, int rows)
{
	struct random_question *q = &form->questions[form->n];

	*q = (struct random_question){.rows = rows};
	snprintf(q->link, sizeof q->link, "%s%zu", letter, form->n);
	form->n++;
	return q;
}

/* Nobody sees it; it may have a value all the same. */
static void hide(struct dice *dice, struct random_question *q, json_t *item)
{
	json_t *value = json_object();

	q->hidden = true;
	add_extension(item, "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden",
		      "valueBoolean", json_true());
	put_answer(dice, q->type, false, value);
	if (roll(dice, 2))
		json_object_set_new(item, "initial", json_pack("[O]", value));
	json_decref(value);
}

/* Where an item of the walk stands. */
struct at {
	int rows, depth;
	bool bad;
};

static void add_items(struct random_form *form, json_t *parent, json_t *honest, struct at at);

static void add_item(struct random_form *form, json_t *list, json_t *honest_list, struct at at)
{
	bool group = at.depth < 4 && roll(form->dice, 4) == 0, lost = false;
	bool secret = !group && at.rows < 0 && at.depth == 0 && roll(form->dice, 10) == 0;
	json_t *item = json_object(), *honest;
	int index = (int)form->n;

	if (!secret)
		lost = add_conditions(form, item, at.rows, at.bad);
	struct random_question *q = declare(form, group ? "g" : "q", at.rows);

	q->group = group;
	q->repeats = group && at.rows < 0 && roll(form->dice, 2);
	q->type = (enum asked)roll(form->dice, N_ASKED);
	json_object_set_new(item, "linkId", json_string(q->link));
	if (group)
		json_object_set_new(item, "type", json_string("group"));
	else
		add_type(form->dice, q->type, item);
	if (q->repeats)
		json_object_set_new(item, "repeats", json_true());
	if (secret)
		hide(form->dice, q, item);
	honest = json_copy(item);
	if (lost) {
		json_object_del(honest, "enableWhen");
		json_object_del(honest, "enableBehavior");
	}
	form->lossy |= lost;
	at.rows = q->repeats ? index : at.rows;
	at.depth++;
	if (group ||
	    (q->type != ASKED_MULTI && !secret && at.depth < 4 && roll(form->dice, 6) == 0))
		add_items(form, item, honest, at);
	json_array_append_new(list, item);
	json_array_append_new(honest_list, honest);
}

static void add_items(struct random_form *form, json_t *parent, json_t *honest, struct at at)
{
	json_t *list = json_array(), *honest_list = json_array();

	for (uint64_t n = roll(form->dice, at.depth ? 3 : 6) + 1; n && form->n < RANDOM_MAX; n--)
		add_item(form, list, honest_list, at);
	if (json_array_size(list)) {
		json_object_set(parent, "item", list);
		json_object_set(honest, "item", honest_list);
	}
	json_decref(list);
	json_decref(honest_list);
}

/* What conditions that cannot be expressed are about. */
static void add_known(struct random_form *form, json_t *list)
{
	static const struct random_question known[] = {
		{"b0", ASKED_BOOLEAN, -1, false, false, false},
		{"d0", ASKED_DATE, -1, false, false, false},
		{"c0", ASKED_CHOICE, -1, false, false, false},
		{"w0", ASKED_QUANTITY, -1, false, false, false},
		{"r0", ASKED_BOOLEAN, -1, true, true, false},
		{"k0", ASKED_BOOLEAN, 4, false, false, false},
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		json_t *item = json_pack("{s:s}", "linkId", known[i].link);

		form->questions[form->n++] = known[i];
		if (known[i].group)
			json_object_update_new(
				item, json_pack("{s:s,s:b}", "type", "group", "repeats", 1));
		else
			add_type(form->dice, known[i].type, item);
		if (known[i].rows >= 0)
			json_object_set_new(json_array_get(list, (size_t)known[i].rows), "item",
					    json_pack("[o]", item));
		else
			json_array_append_new(list, item);
	}
}

struct random_form random_questionnaire(struct dice *dice, bool bad)
{
	struct random_form form = {.dice = dice};
	json_t *known = json_array(), *list, *honest;

	form.json = json_pack("{s:s,s:s}", "resourceType", "Questionnaire", "name", "Random");
	form.honest = json_copy(form.json);
	add_known(&form, known);
	add_items(&form, form.json, form.honest, (struct at){-1, 0, bad});
	list = json_object_get(form.json, "item");
	honest = json_object_get(form.honest, "item");
	for (size_t i = json_array_size(known); i-- > 0;) {
		json_array_insert(list, 0, json_array_get(known, i));
		json_array_insert(honest, 0, json_array_get(known, i));
	}
	json_decref(known);
	return form;
}

void random_form_free(struct random_form *form)
{
	json_decref(form->json);
	json_decref(form->honest);
}

/* ---- screeners ---- */

static json_t *var(const char *id)
{
	return json_pack("{s:s}", "var", id);
}

static json_t *some_codes(struct dice *dice)
{
	json_t *list = json_array();

	for (size_t i = 0; i < 3; i++)
		if (roll(dice, 2))
			json_array_append_new(list, json_string(codes[i]));
	if (!json_array_size(list))
		json_array_append_new(list, json_string("B"));
	return list;
}

static json_t *literal(struct dice *dice, enum asked type)
{
	char text[16];

	switch (type) {
	case ASKED_INTEGER:
	case ASKED_DECIMAL: return number(dice, true);
	case ASKED_DATE: return json_pack("{s:s}", "date", dates[roll(dice, 3)]);
	case ASKED_QUANTITY:
		snprintf(text, sizeof text, "%d.5", (int)roll(dice, 6));
		return json_pack("{s:[s,s]}", "quantity", text, "kg");
	case ASKED_STRING: return json_string(texts[roll(dice, 3)]);
	default: return json_string(codes[roll(dice, 3)]);
	}
}

static json_t *comparison(struct random_form *form)
{
	static const char *const ops[] = {"==", "!=", "<", ">", "<=", ">="};
	static const enum asked types[] = {ASKED_INTEGER, ASKED_DECIMAL, ASKED_DATE, ASKED_QUANTITY,
					   ASKED_STRING,  ASKED_CHOICE,	 ASKED_OPEN};
	size_t i = roll(form->dice, 7);
	const char *op = ops[roll(form->dice, i < 4 ? 6 : 2)];
	json_t *value = literal(form->dice, types[i]);

	for (size_t k = 0; k < form->n; k++) {
		const struct random_question *q = &form->questions[k];

		if (q->type != types[i])
			continue;
		if (i < 4 && roll(form->dice, 4) == 0)
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
		if (form->questions[i].type == type && (!found || roll(form->dice, 2)))
			found = form->questions[i].link;
	return found;
}

static json_t *random_show_if(struct random_form *form, int depth)
{
	static const char *const loops[] = {"some", "all", "none"};
	static const char *const joints[] = {"and", "or"};
	struct dice *dice = form->dice;
	json_t *list;

	switch (roll(dice, depth ? 15 : 11)) {
	case 0:
	case 1: return var(some_link(form, ASKED_BOOLEAN));
	case 2:
		return json_pack("{s:[o,o]}", "in", var(some_link(form, ASKED_CHOICE)),
				 some_codes(dice));
	case 3:
		return json_pack("{s:[o,o,o]}", "between", var("n"), number(dice, true),
				 number(dice, true));
	case 4: return json_pack("{s:[s,o]}", loops[roll(dice, 3)], "m", some_codes(dice));
	case 5: return json_pack("{s:[o,o]}", "==", var("s"), var("s"));
	case 6: return json_pack("{s:[s,o]}", "in", codes[roll(dice, 3)], var("m"));
	case 7: return var("derived");
	case 8:
		return roll(dice, 3) ? comparison(form)
				     : json_pack("{s:[{s:[o,i]},i]}", ">", "+", var("n"), 1, 3);
	case 9:
	case 10: return comparison(form);
	case 11: return json_pack("{s:o}", "!", random_show_if(form, depth - 1));
	default:
		list = json_array();
		for (uint64_t n = roll(dice, 3) + 1; n; n--)
			json_array_append_new(list, random_show_if(form, depth - 1));
		return json_pack("{s:o}", joints[roll(dice, 2)], list);
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
		bool choice = roll(dice, 2), stands_in = roll(dice, 4) == 0;
		json_t *rule = random_show_if(&form, 2), *item;
		struct random_question *q = declare(&form, "q", -1);

		q->type = choice ? ASKED_CHOICE : ASKED_BOOLEAN;
		item = screener_item(q);
		json_object_set_new(item, "show_if", rule);
		if (stands_in)
			json_object_set_new(item, "when_hidden",
					    choice ? json_string(codes[roll(dice, 3)])
						   : json_boolean(roll(dice, 2)));
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

/* ---- answers ---- */

static json_t *engine_value(const json_t *answer)
{
	const json_t *value = json_object_iter_value(json_object_iter((json_t *)answer));

	if (json_object_get(value, "code") && json_object_get(value, "value"))
		return json_incref(json_object_get(value, "value"));
	if (json_object_get(value, "code"))
		return json_incref(json_object_get(value, "code"));
	return json_incref((json_t *)value);
}

static void answer_question(struct dice *dice, const struct random_question *q, json_t *client,
			    json_t *engine)
{
	json_t *answer = json_object(), *value;

	if (q->type == ASKED_OPEN && roll(dice, 3) == 0)
		json_object_set_new(answer, "valueString", json_string("free"));
	else
		put_answer(dice, q->type, false, answer);
	value = engine_value(answer);
	if (q->type == ASKED_MULTI)
		value = json_pack("[o]", value);
	else if (json_object_get(answer, "valueString") && q->type == ASKED_OPEN)
		value = json_pack("{s:o}", "other", value);
	json_object_set_new(client, q->link, json_pack("[O]", answer));
	if (q->type == ASKED_MULTI && roll(dice, 2)) {
		json_t *more = json_object(), *code;

		put_answer(dice, q->type, false, more);
		code = engine_value(more);
		if (!json_equal(json_array_get(value, 0), code)) {
			json_array_append(value, code);
			json_array_append(json_object_get(client, q->link), more);
		}
		json_decref(code);
		json_decref(more);
	}
	json_object_set_new(engine, q->link, value);
	json_decref(answer);
}

static void answer_all(struct dice *dice, const struct random_form *form, int rows, json_t *client,
		       json_t *engine)
{
	for (size_t i = 0; i < form->n; i++) {
		const struct random_question *q = &form->questions[i];

		if (q->rows == rows && !q->group && !q->hidden && roll(dice, 3))
			answer_question(dice, q, client, engine);
	}
}

void random_answers(struct dice *dice, const struct random_form *form, json_t **client,
		    json_t **engine)
{
	*client = json_object();
	*engine = json_object();
	answer_all(dice, form, -1, *client, *engine);
	for (size_t i = 0; i < form->n; i++) {
		json_t *rows, *engine_rows;

		if (!form->questions[i].repeats)
			continue;
		rows = json_array();
		engine_rows = json_array();
		for (uint64_t n = roll(dice, 4); n; n--) {
			json_t *row = json_object(), *engine_row = json_object();

			answer_all(dice, form, (int)i, row, engine_row);
			json_array_append_new(rows, row);
			json_array_append_new(engine_rows, engine_row);
		}
		json_object_set_new(*client, form->questions[i].link, rows);
		json_object_set_new(*engine, form->questions[i].link, engine_rows);
	}
}
