/*
 * Answers as a QuestionnaireResponse (FHIR R4), in the order of the items.  Only
 * what the evaluation counted goes out: nothing hidden, nothing invalid.
 */
#include "screener/eval/eval.h"
#include "screener/exchange/fhir_map.h"

struct responder {
	struct fhir_exporter ex;
	const struct screener_state *state;
	const struct rows *rows; /* NULL outside rows */
	uint32_t row;
	bool open; /* a required question has no answer */
};

/* Where the evaluation has an item. */
struct place {
	enum truth shown;
	bool known; /* has a valid answer */
};

static struct place place_of(const struct responder *r, int32_t index)
{
	const struct item *item = &r->state->program->items[index];
	size_t cell;

	if (item->row_group < 0)
		return (struct place){r->state->shown[index], r->state->slots[index].known};
	if (!r->rows)
		return (struct place){FALSE3, false};
	cell = (size_t)r->row * r->rows->n_children + (size_t)(index - item->row_group - 1);
	return (struct place){r->rows->shown ? r->rows->shown[cell] : TRUE3,
			      r->rows->cells[cell].known};
}

static json_t *new_item(struct responder *r, const json_t *item, const char *id)
{
	json_t *out = json_object();

	fhir_set_text(out, "linkId", fhir_link_of(item));
	fhir_export_text(&r->ex, out, "text", arena_printf(r->ex.arena, "item.%s.text", id));
	json_object_del(out, "_text");
	return out;
}

static void add_answer(struct responder *r, const json_t *item, const json_t *value, json_t *list)
{
	json_t *answer = json_object();

	fhir_export_value(item, value, answer, "value");
	json_t *coding = json_object_get(answer, "valueCoding");

	if (coding && json_is_string(value)) {
		fhir_export_text(&r->ex, coding, "display",
				 arena_printf(r->ex.arena, "item.%s.option.%s",
					      fhir_text(item, "id"), json_string_value(value)));
		json_object_del(coding, "_display");
	}
	if (json_object_size(answer))
		json_array_append(list, answer);
	json_decref(answer);
}

static void respond(struct responder *r, const json_t *items, const json_t *answers, json_t *list,
		    int depth);

static void respond_rows(struct responder *r, const json_t *item, const char *id,
			 const struct rows *given, const json_t *rows, json_t *list, int depth)
{
	for (size_t i = 0; i < json_array_size(rows) && i < given->n; i++) {
		json_t *children = json_array(), *out;

		r->rows = given;
		r->row = (uint32_t)i;
		respond(r, json_object_get(item, "items"), json_array_get(rows, i), children,
			depth + 1);
		r->rows = NULL;
		out = new_item(r, item, id);
		if (json_array_size(children))
			json_object_set(out, "item", children);
		json_decref(children);
		json_array_append_new(list, out);
	}
}

/*
 * Children of a question stand below its answer or, without one, below the
 * question itself (constraint qrs-1).
 */
static void put_below(struct responder *r, const json_t *question, json_t *children, json_t *list)
{
	json_t *last = json_array_get(list, json_array_size(list) - 1);
	json_t *answer = json_array_get(json_object_get(last, "answer"), 0);
	const char *link = fhir_link_of(question), *own = fhir_text(last, "linkId");

	if (answer && link && own && strcmp(link, own) == 0) {
		json_object_set(answer, "item", children);
		return;
	}
	last = new_item(r, question, fhir_text(question, "id"));
	json_object_set(last, "item", children);
	json_array_append_new(list, last);
}

static void respond_group(struct responder *r, const json_t *item, const json_t *before,
			  const char *id, const json_t *answers, json_t *list, int depth)
{
	json_t *children = json_array(), *out;

	respond(r, json_object_get(item, "items"), answers, children, depth + 1);
	if (json_array_size(children) && json_is_true(fhir_kept(item, "below")) &&
	    fhir_text(before, "id")) {
		put_below(r, before, children, list);
	} else if (json_array_size(children)) {
		out = new_item(r, item, id);
		json_object_set(out, "item", children);
		json_array_append_new(list, out);
	}
	json_decref(children);
}

static void respond_question(struct responder *r, const json_t *item, const char *id,
			     const json_t *value, json_t *list)
{
	json_t *given = json_array();

	if (json_is_array(value))
		for (size_t i = 0; i < json_array_size(value); i++)
			add_answer(r, item, json_array_get(value, i), given);
	else if (value && !json_is_null(value))
		add_answer(r, item, value, given);
	if (json_array_size(given)) {
		json_t *out = new_item(r, item, id);

		json_object_set(out, "answer", given);
		json_array_append_new(list, out);
	}
	json_decref(given);
}

static void respond_item(struct responder *r, const json_t *item, const json_t *before,
			 int32_t index, const json_t *answers, json_t *list, int depth)
{
	const struct item *compiled = &r->state->program->items[index];
	struct place place = place_of(r, index);
	const char *id = fhir_text(item, "id");
	const json_t *value = json_object_get(answers, id);

	if (place.shown != TRUE3)
		return;
	if (compiled->required && !compiled->on_resolve && !place.known)
		r->open = true;
	if (compiled->repeats && place.known)
		respond_rows(r, item, id, r->state->slots[index].rows, value, list, depth);
	else if (compiled->type == SCREENER_GROUP && !compiled->repeats)
		respond_group(r, item, before, id, answers, list, depth);
	else if (place.known)
		respond_question(r, item, id, value, list);
}

static void respond(struct responder *r, const json_t *items, const json_t *answers, json_t *list,
		    int depth)
{
	for (size_t i = 0; i < json_array_size(items) && depth < FHIR_MAX_DEPTH; i++) {
		const json_t *item = json_array_get(items, i);
		const char *id = fhir_text(item, "id");
		int32_t index = id ? program_find_item(r->state->program, str_of(id)) : -1;

		if (index >= 0)
			respond_item(r, item, i ? json_array_get(items, i - 1) : NULL, index,
				     answers, list, depth);
	}
}

/* An answer to no question at all (UNKNOWN_ITEM) goes nowhere and spoils nothing. */
static bool has_invalid(const struct screener_result *result)
{
	for (size_t i = 0; i < result->n_problems; i++)
		if (strcmp(result->problems[i].code, "UNKNOWN_ITEM") != 0)
			return true;
	return false;
}

static void name_questionnaire(struct arena *arena, const json_t *document, json_t *out)
{
	struct screener_findings findings;
	json_t *questionnaire = NULL;
	const char *url, *version;

	if (is_failed(fhir_export(arena, document, FHIR_LOSSY, &questionnaire, &findings)))
		return;
	const json_t *hash = fhir_extension(questionnaire, FHIR_SHA256);

	url = fhir_text(questionnaire, "url");
	version = fhir_text(questionnaire, "version");
	if (hash)
		json_object_set_new(out, "extension", json_pack("[O]", hash));
	if (url)
		fhir_set_text(out, "questionnaire",
			      version ? arena_printf(arena, "%s|%s", url, version) : url);
	json_decref(questionnaire);
}

json_t *fhir_response(struct arena *arena, const json_t *document, const json_t *answers,
		      const struct screener_result *result, bool completed)
{
	struct responder r = {.ex = {.arena = arena,
				     .document = document,
				     .i18n = json_object_get(document, "i18n")},
			      .state = result->state};
	json_t *out = json_object(), *items = json_array();

	r.ex.locale = json_string_value(json_array_get(json_object_get(document, "locales"), 0));
	if (!r.ex.locale)
		r.ex.locale = "en-US";
	fhir_set_text(out, "resourceType", "QuestionnaireResponse");
	fhir_set_text(out, "language", r.ex.locale);
	name_questionnaire(arena, document, out);
	respond(&r, json_object_get(document, "items"), answers, items, 0);
	completed = completed && !r.open && !has_invalid(result);
	fhir_set_text(out, "status", completed ? "completed" : "in-progress");
	if (json_array_size(items))
		json_object_set(out, "item", items);
	json_decref(items);
	return out;
}
