/* Small readers and writers of FHIR elements. */
#include "screener/exchange/fhir_map.h"

const char *fhir_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

const json_t *fhir_extension(const json_t *element, const char *url)
{
	const json_t *list = json_object_get(element, "extension");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *extension = json_array_get(list, i);
		const char *name = fhir_text(extension, "url");

		if (name && strcmp(name, url) == 0)
			return extension;
	}
	return NULL;
}

const json_t *fhir_any(const json_t *element, const char *prefix, const char **type)
{
	json_t *own = (json_t *)element;
	size_t n = strlen(prefix);

	for (void *it = json_object_iter(own); it; it = json_object_iter_next(own, it)) {
		const char *name = json_object_iter_key(it);

		if (strncmp(name, prefix, n) == 0 && name[n]) {
			*type = name + n;
			return json_object_iter_value(it);
		}
	}
	return NULL;
}

void fhir_add_extension(json_t *element, const char *url, const char *member, json_t *value)
{
	json_t *list = json_object_get(element, "extension"), *extension = json_object();

	if (!list) {
		list = json_array();
		json_object_set_new(element, "extension", list);
	}
	json_object_set_new(extension, "url", json_string(url));
	json_object_set_new(extension, member, value);
	json_array_append_new(list, extension);
}

void fhir_set(json_t *object, const char *name, json_t *value)
{
	if (value)
		json_object_set_new(object, name, value);
}

void fhir_set_text(json_t *object, const char *name, const char *text)
{
	if (text)
		json_object_set_new(object, name, json_string(text));
}

const json_t *fhir_kept(const json_t *item, const char *name)
{
	return json_object_get(json_object_get(item, "x_fhir"), name);
}

void fhir_keep(json_t *item, const char *name, json_t *value)
{
	json_t *kept = json_object_get(item, "x_fhir");

	if (!value)
		return;
	if (!kept) {
		kept = json_object();
		json_object_set_new(item, "x_fhir", kept);
	}
	json_object_set_new(kept, name, value);
}

const struct fhir_question *fhir_question_of(const struct fhir_importer *im, const char *link_id)
{
	const json_t *index = link_id ? json_object_get(im->by_link, link_id) : NULL;

	return index ? &im->questions[json_integer_value(index)] : NULL;
}

const char *fhir_type_of(const json_t *item)
{
	static const char *const table[][2] = {
		{"text", "string"},	    {"state", "string"},    {"zip", "string"},
		{"attestation", "boolean"}, {"multi", "choice"},    {"open_choice", "open-choice"},
		{"boolean", "boolean"},	    {"integer", "integer"}, {"decimal", "decimal"},
		{"quantity", "quantity"},   {"date", "date"},	    {"choice", "choice"},
		{"display", "display"},	    {"group", "group"}};
	const char *type = fhir_text(item, "type");
	const char *kept = json_string_value(fhir_kept(item, "type"));

	if (kept)
		return kept;
	for (size_t i = 0; type && i < sizeof table / sizeof table[0]; i++)
		if (strcmp(table[i][0], type) == 0)
			return table[i][1];
	return "display";
}

const char *fhir_link_of(const json_t *item)
{
	const char *kept = json_string_value(fhir_kept(item, "linkId"));

	return kept ? kept : fhir_text(item, "id");
}

void fhir_lose(struct fhir_importer *im, const char *code, const char *path, const char *message)
{
	finding_add_at(im->notes, path, im->loss == FHIR_LOSSY ? SCREENER_WARNING : SCREENER_ERROR,
		       code, "%s", message);
}
