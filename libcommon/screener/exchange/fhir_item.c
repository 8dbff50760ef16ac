/* Members of one imported item: limits, proposals, whether an answer is required. */
#include "screener/exchange/fhir_map.h"

static bool is_type(const struct fhir_question *question, const char *type)
{
	return strcmp(question->type, type) == 0;
}

static void import_limit(const struct fhir_question *question, const json_t *item, const char *url,
			 json_t *out, const char *member)
{
	const json_t *extension = fhir_extension(item, url);
	json_t *value = extension ? fhir_import_value(question, extension, "value") : NULL;

	fhir_set(out, member, value);
}

static void import_count(const json_t *item, const char *url, json_t *out, const char *member)
{
	const json_t *n = json_object_get(fhir_extension(item, url), "valueInteger");

	if (json_is_integer(n) && json_integer_value(n) >= 0)
		json_object_set_new(out, member, json_copy((json_t *)n));
}

void fhir_import_limits(const struct fhir_question *question, const json_t *item, json_t *out)
{
	const json_t *length = json_object_get(item, "maxLength");
	bool repeats = json_is_true(json_object_get(item, "repeats"));

	if (is_type(question, "integer") || is_type(question, "decimal") ||
	    is_type(question, "date") || is_type(question, "quantity")) {
		import_limit(question, item, FHIR_MIN_VALUE, out, "min");
		import_limit(question, item, FHIR_MAX_VALUE, out, "max");
	}
	if (is_type(question, "text")) {
		import_count(item, FHIR_MIN_LENGTH, out, "min_length");
		if (json_is_integer(length) && json_integer_value(length) > 0 &&
		    json_integer_value(length) <= 4000)
			json_object_set_new(out, "max_length", json_copy((json_t *)length));
	}
	if (is_type(question, "multi")) {
		import_count(item, FHIR_MIN_OCCURS, out, "min_choices");
		import_count(item, FHIR_MAX_OCCURS, out, "max_choices");
	} else if (is_type(question, "group") && repeats) {
		import_count(item, FHIR_MIN_OCCURS, out, "min_rows");
		import_count(item, FHIR_MAX_OCCURS, out, "max_rows");
	}
}

json_t *fhir_import_initial(const struct fhir_question *question, const json_t *item)
{
	const json_t *list = json_object_get(item, "initial");
	size_t n = json_array_size(list);
	json_t *all = json_array(), *first;

	for (size_t i = 0; i < n; i++) {
		json_t *value = fhir_import_value(question, json_array_get(list, i), "value");

		if (value)
			json_array_append_new(all, value);
	}
	if (!n || json_array_size(all) != n || (n > 1 && !is_type(question, "multi"))) {
		json_decref(all);
		return NULL;
	}
	if (is_type(question, "multi"))
		return all;
	first = json_incref(json_array_get(all, 0));
	json_decref(all);
	return first;
}

void fhir_import_required(const struct fhir_question *question, const json_t *item, json_t *out)
{
	bool rows = json_is_true(json_object_get(out, "repeats"));

	if (!json_is_true(json_object_get(item, "required")) || is_type(question, "display") ||
	    (is_type(question, "group") && !rows))
		return;
	json_object_set_new(out, "required", json_true());
	if (rows && json_integer_value(json_object_get(out, "min_rows")) < 1)
		json_object_set_new(out, "min_rows", json_integer(1));
}
