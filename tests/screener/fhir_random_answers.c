/* Answers to random questionnaires and screeners, for a FHIR client and for the engine. */
#include "fhir_random.h"

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

	if (q->type == ASKED_OPEN && dice_roll(dice, 3) == 0)
		json_object_set_new(answer, "valueString", json_string("free"));
	else
		random_answer(dice, q->type, false, answer);
	value = engine_value(answer);
	if (q->type == ASKED_MULTI)
		value = json_pack("[o]", value);
	else if (json_object_get(answer, "valueString") && q->type == ASKED_OPEN)
		value = json_pack("{s:o}", "other", value);
	json_object_set_new(client, q->link, json_pack("[O]", answer));
	if (q->type == ASKED_MULTI && dice_roll(dice, 2)) {
		json_t *more = json_object(), *code;

		random_answer(dice, q->type, false, more);
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

		if (q->rows == rows && !q->group && !q->hidden && dice_roll(dice, 3))
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
		for (uint64_t n = dice_roll(dice, 4); n; n--) {
			json_t *row = json_object(), *engine_row = json_object();

			answer_all(dice, form, (int)i, row, engine_row);
			json_array_append_new(rows, row);
			json_array_append_new(engine_rows, engine_row);
		}
		json_object_set_new(*client, form->questions[i].link, rows);
		json_object_set_new(*engine, form->questions[i].link, engine_rows);
	}
}
