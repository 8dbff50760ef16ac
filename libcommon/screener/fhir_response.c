/* Answers as a QuestionnaireResponse (FHIR R4), in the order of the items. */
#include "screener/fhir_map.h"

struct responder {
	struct fhir_exporter ex;
	const char *const *pruned;
	size_t n_pruned;
};

static bool is_pruned(const struct responder *r, const char *id)
{
	for (size_t i = 0; i < r->n_pruned; i++)
		if (strcmp(r->pruned[i], id) == 0)
			return true;
	return false;
}

static json_t *new_item(struct responder *r, const json_t *item, const char *id)
{
	const char *link = json_string_value(fhir_kept(item, "linkId"));
	json_t *out = json_object();

	fhir_set_text(out, "linkId", link ? link : id);
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
			 const json_t *rows, json_t *list, int depth)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *children = json_array(), *out;

		respond(r, json_object_get(item, "items"), json_array_get(rows, i), children,
			depth + 1);
		out = new_item(r, item, id);
		if (json_array_size(children))
			json_object_set(out, "item", children);
		json_decref(children);
		json_array_append_new(list, out);
	}
}

static void respond_group(struct responder *r, const json_t *item, const char *id,
			  const json_t *answers, json_t *list, int depth)
{
	json_t *children = json_array();

	respond(r, json_object_get(item, "items"), answers, children, depth + 1);
	if (json_array_size(children)) {
		/* Children of a question stand below its answer in FHIR. */
		json_t *before = json_array_get(list, json_array_size(list) - 1);
		json_t *answer = json_array_get(json_object_get(before, "answer"), 0);

		if (json_is_true(fhir_kept(item, "below")) && answer) {
			json_object_set(answer, "item", children);
		} else {
			json_t *out = new_item(r, item, id);

			json_object_set(out, "item", children);
			json_array_append_new(list, out);
		}
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

static void respond(struct responder *r, const json_t *items, const json_t *answers, json_t *list,
		    int depth)
{
	for (size_t i = 0; i < json_array_size(items) && depth < FHIR_MAX_DEPTH; i++) {
		const json_t *item = json_array_get(items, i);
		const char *id = fhir_text(item, "id"), *type = fhir_text(item, "type");

		if (!id || !type || is_pruned(r, id))
			continue;
		if (strcmp(type, "group") != 0)
			respond_question(r, item, id, json_object_get(answers, id), list);
		else if (json_is_true(json_object_get(item, "repeats")))
			respond_rows(r, item, id, json_object_get(answers, id), list, depth);
		else
			respond_group(r, item, id, answers, list, depth);
	}
}

json_t *fhir_response(struct arena *arena, const json_t *document, const json_t *answers,
		      const char *const *pruned, size_t n_pruned, bool completed)
{
	struct responder r = {.ex = {.arena = arena,
				     .document = document,
				     .i18n = json_object_get(document, "i18n")},
			      .pruned = pruned,
			      .n_pruned = n_pruned};
	struct screener_findings findings;
	json_t *out = json_object(), *items = json_array(), *questionnaire = NULL;
	const char *url, *version;

	r.ex.locale = json_string_value(json_array_get(json_object_get(document, "locales"), 0));
	if (!r.ex.locale)
		r.ex.locale = "en-US";
	fhir_set_text(out, "resourceType", "QuestionnaireResponse");
	fhir_set_text(out, "language", r.ex.locale);
	if (is_ok(fhir_export(arena, document, &questionnaire, &findings))) {
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
	fhir_set_text(out, "status", completed ? "completed" : "in-progress");
	respond(&r, json_object_get(document, "items"), answers, items, 0);
	if (json_array_size(items))
		json_object_set(out, "item", items);
	json_decref(items);
	return out;
}
