/* Everything is drawn from few values, so that conditions are met and missed alike. */
#include "fhir_random.h"

#include <string.h>

const char *const random_codes[] = {"A", "B", "C"};
const char *const random_dates[] = {"2020-02-28", "2020-02-29", "2021-01-01"};
const char *const random_texts[] = {"x", "y", "zz"};

static json_t *kilograms(double value, const char *unit)
{
	return json_pack("{s:f,s:s,s:s,s:s}", "value", value, "unit", unit, "system",
			 "http://unitsofmeasure.org", "code", unit);
}

static json_t *coding(const char *code)
{
	return json_pack("{s:s}", "code", code);
}

json_t *random_number(struct dice *dice, bool halves)
{
	int64_t n = (int64_t)dice_roll(dice, 6) + 1;

	return halves && dice_roll(dice, 2) ? json_real((double)n + 0.5) : json_integer(n);
}

/* One answer of this type below prefix + type: "valueInteger". */
void random_answer(struct dice *dice, enum asked type, bool condition, json_t *out)
{
	const char *prefix = condition ? "answer" : "value", *name = "";
	json_t *value = NULL;
	char key[40];

	switch (type) {
	case ASKED_BOOLEAN:
		name = "Boolean";
		value = json_boolean(dice_roll(dice, 2));
		break;
	case ASKED_INTEGER:
		value = random_number(dice, condition && !dice_roll(dice, 3));
		name = json_is_real(value) ? "Decimal" : "Integer";
		break;
	case ASKED_DECIMAL:
		name = "Decimal";
		value = random_number(dice, true);
		break;
	case ASKED_STRING:
		name = "String";
		value = json_string(random_texts[dice_roll(dice, 3)]);
		break;
	case ASKED_DATE:
		name = "Date";
		value = json_string(random_dates[dice_roll(dice, 3)]);
		break;
	case ASKED_QUANTITY:
		name = "Quantity";
		value = condition && dice_roll(dice, 2)
				? kilograms((double)dice_roll(dice, 20), "[lb_av]")
				: kilograms((double)dice_roll(dice, 6) + 0.5, "kg");
		break;
	default: name = "Coding"; value = coding(random_codes[dice_roll(dice, 3)]);
	}
	snprintf(key, sizeof key, "%s%s", prefix, name);
	json_object_set_new(out, key, value);
}

static const char *operator_for(struct dice *dice, enum asked type)
{
	static const char *const all[] = {"exists", "=", "!=", "<", ">", "<=", ">="};
	bool order = type == ASKED_INTEGER || type == ASKED_DECIMAL || type == ASKED_DATE ||
		     type == ASKED_QUANTITY;

	return all[dice_roll(dice, order ? 7 : 3)];
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
	const struct random_question *q = &form->questions[dice_roll(form->dice, form->n)];
	json_t *out;

	if (q->group || (q->rows >= 0 && q->rows != rows) || (q->hidden && q->rows >= 0))
		return NULL;
	out = json_pack("{s:s,s:s}", "question", q->link, "operator",
			operator_for(form->dice, q->type));
	if (strcmp(json_string_value(json_object_get(out, "operator")), "exists") == 0)
		json_object_set_new(out, "answerBoolean", json_boolean(dice_roll(form->dice, 2)));
	else
		random_answer(form->dice, q->type, true, out);
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

	return json_loads(texts_of[dice_roll(form->dice, sizeof texts_of / sizeof texts_of[0])], 0,
			  NULL);
}

/* True when the item now has a condition that cannot be expressed. */
static bool add_conditions(struct random_form *form, json_t *item, int rows, bool bad)
{
	json_t *list = json_array();
	bool lost = bad && dice_roll(form->dice, 8) == 0;

	for (uint64_t n = dice_roll(form->dice, 4); n; n--) {
		json_t *condition = good_condition(form, rows);

		if (condition)
			json_array_append_new(list, condition);
	}
	if (lost)
		json_array_insert_new(list, dice_roll(form->dice, json_array_size(list) + 1),
				      bad_condition(form));
	if (json_array_size(list))
		json_object_set(item, "enableWhen", list);
	if (json_array_size(list) > 1)
		json_object_set_new(item, "enableBehavior",
				    json_string(dice_roll(form->dice, 2) ? "any" : "all"));
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
	if (type == ASKED_CHOICE && dice_roll(dice, 3) == 0)
		json_object_set_new(item, "type", json_string("coding"));
	if (type == ASKED_MULTI)
		json_object_set_new(item, "repeats", json_true());
	for (size_t i = 0; i < 3; i++)
		json_array_append_new(options,
				      json_pack("{s:o}", "valueCoding", coding(random_codes[i])));
	if (type == ASKED_CHOICE || type == ASKED_MULTI || type == ASKED_OPEN)
		json_object_set(item, "answerOption", options);
	json_decref(options);
	if (type == ASKED_QUANTITY)
		add_extension(item, "http://hl7.org/fhir/StructureDefinition/questionnaire-unit",
			      "valueCoding", coding("kg"));
}

struct random_question *random_declare(struct random_form *form, const char *letter, int rows)
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
	random_answer(dice, q->type, false, value);
	if (dice_roll(dice, 2))
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
	bool group = at.depth < 4 && dice_roll(form->dice, 4) == 0, lost = false;
	bool secret = !group && at.rows < 0 && at.depth == 0 && dice_roll(form->dice, 10) == 0;
	json_t *item = json_object(), *honest;
	int index = (int)form->n;

	if (!secret)
		lost = add_conditions(form, item, at.rows, at.bad);
	struct random_question *q = random_declare(form, group ? "g" : "q", at.rows);

	q->group = group;
	q->repeats = group && at.rows < 0 && dice_roll(form->dice, 2);
	q->type = (enum asked)dice_roll(form->dice, N_ASKED);
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
	    (q->type != ASKED_MULTI && !secret && at.depth < 4 && dice_roll(form->dice, 6) == 0))
		add_items(form, item, honest, at);
	json_array_append_new(list, item);
	json_array_append_new(honest_list, honest);
}

static void add_items(struct random_form *form, json_t *parent, json_t *honest, struct at at)
{
	json_t *list = json_array(), *honest_list = json_array();

	for (uint64_t n = dice_roll(form->dice, at.depth ? 3 : 6) + 1; n && form->n < RANDOM_MAX;
	     n--)
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
