/*
 * There and back without loss.  The two mappings (fhir_import.c, fhir_export.c)
 * carry what both sides can say; what is left over is the JSON Patch between
 * the document and what the other side would give back.  It is only applied to
 * exactly that document again, which a hash of its canonical form decides.
 */
#include "screener/exchange/fhir.h"

#include "screener/exchange/fhir_map.h"
#include "screener/exchange/patch.h"

/* A copy of the document without what only its author's questionnaire had. */
static json_t *without_kept(const json_t *document)
{
	json_t *copy = json_copy((json_t *)document);

	json_object_del(copy, "x_fhir");
	return copy;
}

static json_t *without_extensions(const json_t *questionnaire)
{
	json_t *copy = json_deep_copy(questionnaire);
	json_t *list = json_object_get(copy, "extension");

	for (size_t i = json_array_size(list); i-- > 0;) {
		const char *url = fhir_text(json_array_get(list, i), "url");

		if (url && (strcmp(url, FHIR_DIFFERENCE) == 0 || strcmp(url, FHIR_SHA256) == 0))
			json_array_remove(list, i);
	}
	if (list && !json_array_size(list))
		json_object_del(copy, "extension");
	return copy;
}

static void note_operations(struct findings *notes, const json_t *patch, const char *code,
			    const char *message)
{
	for (size_t i = 0; i < json_array_size(patch); i++) {
		const char *path = fhir_text(json_array_get(patch, i), "path");

		if (path && strncmp(path, "/text", 5) != 0)
			finding_add_at(notes, path, SCREENER_WARNING, code, "%s", message);
	}
}

/* Keeps what the mapping lost, so that an export gives it back. */
static void keep_rest(struct arena *arena, const json_t *questionnaire, struct findings *notes,
		      json_t *document)
{
	char hash[FHIR_HEX_BYTES];
	json_t *plain = fhir_map_out(arena, document, NULL);
	json_t *rest = patch_diff(arena, plain, questionnaire);

	if (json_array_size(rest) && fhir_hash_of(arena, plain, hash)) {
		json_object_set_new(document, "x_fhir",
				    json_pack("{s:s,s:O}", "of", hash, "patch", rest));
		note_operations(notes, rest, "FHIR_KEPT",
				"This means nothing to a screener; it is kept for an export.");
	}
	json_decref(rest);
	json_decref(plain);
}

/* A byte order mark is allowed before JSON that came as a file (RFC 8259, 8.1). */
static struct str without_mark(struct str json)
{
	if (json.len < 3 || memcmp(json.ptr, "\xef\xbb\xbf", 3) != 0)
		return json;
	return (struct str){json.ptr + 3, json.len - 3};
}

static struct status parse(struct str json, json_t **out)
{
	const char *type;
	json_t *root;

	if (json.len > FHIR_MAX_BYTES)
		return FAIL(FHIR_TOO_LARGE);
	json = without_mark(json);
	root = json_loadb(json.ptr, json.len, JSON_REJECT_DUPLICATES, NULL);
	if (!root)
		return FAIL(FHIR_JSON);
	type = fhir_text(root, "resourceType");
	if (!type || strcmp(type, "Questionnaire") != 0) {
		json_decref(root);
		return FAIL(FHIR_TYPE);
	}
	*out = root;
	return OK;
}

struct status fhir_import(struct arena *arena, struct str json, enum fhir_loss loss, json_t **out,
			  struct screener_findings *findings)
{
	struct findings mapping = {.arena = arena}, notes = {.arena = arena};
	json_t *root, *questionnaire, *document;

	*findings = notes.found;
	TRY(parse(json, &root));
	questionnaire = without_extensions(root);
	document = fhir_map_in(arena, questionnaire, loss, &mapping);
	/* What the mapping lost matters only where its document is the result. */
	if (fhir_restore(arena, root, &mapping, &document))
		finding_add_at(
			&notes, "/extension", SCREENER_WARNING, "FHIR_RESTORED",
			"Rules and whatever else FHIR cannot say were taken over from the export.");
	else
		notes = mapping;
	if (!notes.found.n_errors) {
		keep_rest(arena, questionnaire, &notes, document);
		if (!fhir_extension(root, FHIR_SHA256))
			finding_add_at(
				&notes, "", SCREENER_WARNING, "FHIR_NO_RULES",
				"A questionnaire has no outcomes: every answer leads to 'review' "
				"until rules are written.");
	}
	json_decref(questionnaire);
	json_decref(root);
	*findings = notes.found;
	if (findings->n_errors) {
		json_decref(document);
		return FAIL(FHIR_INVALID);
	}
	*out = document;
	return OK;
}

/* The questionnaire the document was imported from, if nothing that it shows has changed. */
static json_t *with_rest(struct arena *arena, const json_t *document, json_t *unsaid,
			 struct findings *notes)
{
	const json_t *kept = json_object_get(document, "x_fhir");
	json_t *plain = fhir_map_out(arena, document, unsaid), *whole = NULL;

	if (!kept)
		return plain;
	if (fhir_has_hash(arena, plain, fhir_text(kept, "of")) &&
	    is_ok(patch_apply(arena, plain, json_object_get(kept, "patch"), &whole, NULL)) &&
	    json_is_object(whole)) {
		json_decref(plain);
		return whole;
	}
	json_decref(whole);
	finding_add_at(
		notes, "/x_fhir", SCREENER_WARNING, "FHIR_CHANGED",
		"The items were changed after the import: what only the questionnaire had is not "
		"given back.");
	return plain;
}

/*
 * A show_if that became no enableWhen, unless the questionnaire that the
 * document came from says it: other tools would ask everyone.
 */
static void note_unsaid(struct findings *notes, json_t *unsaid, const json_t *own,
			const json_t *back, enum fhir_loss loss)
{
	for (void *it = json_object_iter(unsaid); it; it = json_object_iter_next(unsaid, it)) {
		const char *id = json_object_iter_key(it);
		const json_t *is = json_object_get(fhir_item_in(own, id), "show_if");
		const json_t *said = json_object_get(fhir_item_in(back, id), "show_if");

		if (!json_equal(is, said))
			finding_add_at(
				notes, json_string_value(json_object_iter_value(it)),
				loss == FHIR_LOSSY ? SCREENER_WARNING : SCREENER_ERROR,
				"FHIR_ENABLE_WHEN",
				"enableWhen cannot say this: other tools would ask everyone.");
	}
}

static void add_difference(struct arena *arena, const json_t *own, const json_t *difference,
			   struct findings *notes, json_t *questionnaire)
{
	char hash[FHIR_HEX_BYTES];
	char *text;

	if (!json_array_size(difference) || !fhir_hash_of(arena, own, hash))
		return;
	text = json_dumps(difference, JSON_COMPACT | JSON_REAL_PRECISION(15));
	fhir_add_extension(questionnaire, FHIR_SHA256, "valueString", json_string(hash));
	fhir_add_extension(questionnaire, FHIR_DIFFERENCE, "valueString", json_string(text));
	free(text);
	note_operations(
		notes, difference, "FHIR_NOT_MAPPED",
		"FHIR cannot say this, or says it in other words: as written it stands in an "
		"extension that other readers pass over.");
}

struct status fhir_export(struct arena *arena, const json_t *document, enum fhir_loss loss,
			  json_t **out, struct screener_findings *findings)
{
	struct findings notes = {.arena = arena}, ignored = {.arena = arena};
	json_t *own, *unsaid, *questionnaire, *back, *difference;

	*findings = notes.found;
	if (!json_is_object(document))
		return FAIL(FHIR_TYPE);
	own = without_kept(document);
	unsaid = json_object();
	questionnaire = with_rest(arena, document, unsaid, &notes);
	back = fhir_map_in(arena, questionnaire, FHIR_LOSSY, &ignored);
	difference = patch_diff(arena, back, own);
	note_unsaid(&notes, unsaid, own, back, loss);
	add_difference(arena, own, difference, &notes, questionnaire);
	json_decref(difference);
	json_decref(back);
	json_decref(unsaid);
	json_decref(own);
	*findings = notes.found;
	if (findings->n_errors) {
		json_decref(questionnaire);
		return FAIL(FHIR_INVALID);
	}
	*out = questionnaire;
	return OK;
}
