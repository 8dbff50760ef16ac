/* Values of answers and options, there and back. */
#include "screener/exchange/fhir_map.h"

#include "base/instant.h"

static bool is_type(const char *type, const char *name)
{
	return type && strcmp(type, name) == 0;
}

static bool has_options(const char *type)
{
	return is_type(type, "choice") || is_type(type, "multi") || is_type(type, "open_choice");
}

/* The text by which an option or answer of any type is known. */
static const char *label_of(struct arena *arena, const char *type, const json_t *value)
{
	if (is_type(type, "Coding"))
		return fhir_text(value, "code") ? fhir_text(value, "code")
						: fhir_text(value, "display");
	if (json_is_integer(value))
		return arena_printf(arena, "%lld", (long long)json_integer_value(value));
	return json_string_value(value);
}

/*
 * An option's code: 1 to 64 printable characters without space, quotes and
 * backslash; new.  taken has the last suffix given to each.
 */
static const char *code_for(struct arena *arena, const char *label, json_t *taken)
{
	char *code = arena_alloc(arena, 80);
	size_t n = 0;

	for (const char *c = label ? label : ""; *c && n < 58; c++)
		if (*c > ' ' && *c < 0x7f && *c != '"' && *c != '\\')
			code[n++] = *c;
		else if (n && code[n - 1] != '_')
			code[n++] = '_';
	if (!n)
		code[n++] = 'x';
	code[n] = '\0';
	json_t *last = json_object_get(taken, code);

	while (last && json_object_get(taken, code)) {
		json_integer_set(last, json_integer_value(last) + 1);
		snprintf(code + n, 80 - n, "_%d", (int)json_integer_value(last));
	}
	json_object_set_new(taken, code, json_integer(1));
	return code;
}

static void import_score(const json_t *option, const json_t *coding, json_t *out)
{
	const json_t *extension = fhir_extension(option, FHIR_ORDINAL);

	if (!extension)
		extension = fhir_extension(coding, FHIR_ORDINAL);
	const json_t *score = json_object_get(extension, "valueDecimal");

	if (json_is_number(score))
		json_object_set_new(out, "score", json_copy((json_t *)score));
	if (json_is_true(json_object_get(fhir_extension(option, FHIR_EXCLUSIVE), "valueBoolean")))
		json_object_set_new(out, "exclusive", json_true());
}

/* Is the value no more than {"code": code, "display": …}? */
static bool is_plain_coding(const char *type, const json_t *value, const char *code)
{
	const char *own = fhir_text(value, "code");

	return is_type(type, "Coding") && own && strcmp(own, code) == 0 &&
	       !json_object_get(value, "system");
}

static bool is_full(const struct fhir_importer *im, const json_t *options)
{
	return json_array_size(options) == FHIR_MAX_CHOICES || im->n_options == FHIR_MAX_OPTIONS;
}

static void import_option(struct fhir_importer *im, const json_t *option, const char *id,
			  json_t *taken, json_t *options)
{
	const char *type = NULL, *code;
	const json_t *value = fhir_any(option, "value", &type);
	json_t *out, *kept;

	if (!value || is_full(im, options))
		return;
	im->n_options++;
	code = code_for(im->arena, label_of(im->arena, type, value), taken);
	out = json_pack("{s:s}", "code", code);
	import_score(option, value, out);
	const char *key = arena_printf(im->arena, "item.%s.option.%s", id, code);

	if (is_type(type, "Coding"))
		fhir_import_text(im, value, "display", key);
	else
		fhir_put_text(im, im->locale, key, label_of(im->arena, type, value));
	if (!is_plain_coding(type, value, code)) {
		kept = json_deep_copy(value);
		if (json_is_object(kept)) {
			json_object_del(kept, "display");
			json_object_del(kept, "_display");
			json_object_del(kept, "extension");
		}
		fhir_keep(out, arena_printf(im->arena, "value%s", type), kept);
	}
	json_array_append_new(options, out);
}

static const json_t *contained_set(const struct fhir_importer *im, const char *reference)
{
	const json_t *list = json_object_get(im->root, "contained");

	for (size_t i = 0; reference && *reference == '#' && i < json_array_size(list); i++) {
		const json_t *resource = json_array_get(list, i);
		const char *id = fhir_text(resource, "id");

		if (id && strcmp(id, reference + 1) == 0)
			return resource;
	}
	return NULL;
}

/* The concepts of a contained value set become options, with their system. */
static void import_concepts(struct fhir_importer *im, const json_t *concepts, const char *system,
			    const char *id, json_t *taken, json_t *options)
{
	for (size_t i = 0; i < json_array_size(concepts) && !is_full(im, options); i++) {
		const json_t *concept = json_array_get(concepts, i);
		json_t *coding = json_object(), *option;

		fhir_set_text(coding, "system", system ? system : fhir_text(concept, "system"));
		fhir_set_text(coding, "code", fhir_text(concept, "code"));
		fhir_set_text(coding, "display", fhir_text(concept, "display"));
		option = json_pack("{s:o}", "valueCoding", coding);
		if (json_object_get(concept, "extension"))
			json_object_set(option, "extension", json_object_get(concept, "extension"));
		import_option(im, option, id, taken, options);
		json_decref(option);
	}
}

static void import_value_set(struct fhir_importer *im, const json_t *item, const char *id,
			     json_t *taken, json_t *options)
{
	const json_t *set = contained_set(im, fhir_text(item, "answerValueSet"));
	const json_t *expansion = json_object_get(json_object_get(set, "expansion"), "contains");
	const json_t *includes = json_object_get(json_object_get(set, "compose"), "include");

	import_concepts(im, expansion, NULL, id, taken, options);
	for (size_t i = 0; !expansion && i < json_array_size(includes); i++) {
		const json_t *include = json_array_get(includes, i);

		import_concepts(im, json_object_get(include, "concept"),
				fhir_text(include, "system"), id, taken, options);
	}
}

/* NULL when there are none. */
json_t *fhir_import_options(struct fhir_importer *im, const json_t *item, const char *id,
			    const char *path)
{
	const json_t *list = json_object_get(item, "answerOption");
	json_t *taken = json_object(), *options = json_array();

	for (size_t i = 0; i < json_array_size(list); i++)
		import_option(im, json_array_get(list, i), id, taken, options);
	if (!json_array_size(list))
		import_value_set(im, item, id, taken, options);
	json_decref(taken);
	if (is_full(im, options))
		finding_add_at(
			im->notes, path, SCREENER_WARNING, "FHIR_TOO_MANY",
			"There may be more options than a screener can have; those are left out.");
	if (json_array_size(options))
		return options;
	json_decref(options);
	return NULL;
}

static bool same_coding(const json_t *kept, const json_t *coding)
{
	const char *code = fhir_text(kept, "code"), *asked = fhir_text(coding, "code");
	const char *system = fhir_text(kept, "system"), *wanted = fhir_text(coding, "system");

	return code && asked && strcmp(code, asked) == 0 &&
	       (!system || !wanted || strcmp(system, wanted) == 0);
}

static bool is_option(const json_t *option, const char *type, const json_t *value)
{
	const char *kept_type = NULL, *code = fhir_text(option, "code");
	const json_t *kept = fhir_any(json_object_get(option, "x_fhir"), "value", &kept_type);

	if (!kept)
		return is_type(type, "Coding") && fhir_text(value, "code") &&
		       strcmp(code, fhir_text(value, "code")) == 0;
	if (!is_type(type, kept_type))
		return false;
	return is_type(type, "Coding") ? same_coding(kept, value) : json_equal(kept, value);
}

/* NULL also when two options fit: a code without its system may be of either. */
static json_t *import_choice(const struct fhir_question *question, const char *type,
			     const json_t *value)
{
	const char *code = NULL;

	for (size_t i = 0; i < json_array_size(question->options); i++) {
		const json_t *option = json_array_get(question->options, i);

		if (!is_option(option, type, value))
			continue;
		if (code)
			return NULL;
		code = fhir_text(option, "code");
	}
	return code ? json_string(code) : NULL;
}

static json_t *import_quantity(const struct fhir_question *question, const json_t *value)
{
	const char *unit = fhir_text(value, "code");
	struct number n, factor;

	if (!unit || !fhir_number(json_object_get(value, "value"), &n) ||
	    !fhir_unit_factor(unit, question->unit, &factor) || !number_mul(n, factor, &n))
		return NULL;
	return fhir_number_json(n);
}

static json_t *import_text(const char *type, const json_t *value)
{
	bool good = (is_type(type, "String") || is_type(type, "Uri")) && json_string_length(value);

	return good ? json_copy((json_t *)value) : NULL;
}

/* A new reference; NULL for a value the question cannot have. */
json_t *fhir_import_value(const struct fhir_question *question, const json_t *holder,
			  const char *prefix)
{
	const char *type = NULL;
	const json_t *value = fhir_any(holder, prefix, &type);
	date_days date;

	if (!value)
		return NULL;
	if (has_options(question->type))
		return import_choice(question, type, value);
	if (is_type(question->type, "boolean"))
		return json_is_boolean(value) ? json_copy((json_t *)value) : NULL;
	if (is_type(question->type, "integer"))
		return json_is_integer(value) ? json_copy((json_t *)value) : NULL;
	if (is_type(question->type, "decimal"))
		return json_is_number(value) ? json_copy((json_t *)value) : NULL;
	if (is_type(question->type, "date"))
		return json_is_string(value) && date_parse(str_of(json_string_value(value)), &date)
			       ? json_copy((json_t *)value)
			       : NULL;
	if (is_type(question->type, "text"))
		return import_text(type, value);
	if (is_type(question->type, "quantity"))
		return import_quantity(question, value);
	return NULL;
}

void fhir_export_options(struct fhir_exporter *ex, const json_t *item, json_t *out)
{
	const json_t *options = json_object_get(item, "options");
	json_t *list = json_array();

	for (size_t i = 0; i < json_array_size(options); i++) {
		const json_t *option = json_array_get(options, i);
		const json_t *score = json_object_get(option, "score");
		const char *code = fhir_text(option, "code");
		json_t *answer = json_object();

		if (json_is_number(score))
			fhir_add_extension(answer, FHIR_ORDINAL, "valueDecimal",
					   json_copy((json_t *)score));
		if (json_is_true(json_object_get(option, "exclusive")))
			fhir_add_extension(answer, FHIR_EXCLUSIVE, "valueBoolean", json_true());
		fhir_export_value(item, json_object_get(option, "code"), answer, "value");
		json_t *coding = json_object_get(answer, "valueCoding");

		if (coding && code)
			fhir_export_text(ex, coding, "display",
					 arena_printf(ex->arena, "item.%s.option.%s",
						      fhir_text(item, "id"), code));
		json_array_append_new(list, answer);
	}
	if (json_array_size(list))
		json_object_set(out, "answerOption", list);
	json_decref(list);
}

static const json_t *option_of(const json_t *item, const char *code)
{
	const json_t *options = json_object_get(item, "options");

	for (size_t i = 0; code && i < json_array_size(options); i++) {
		const char *own = fhir_text(json_array_get(options, i), "code");

		if (own && strcmp(own, code) == 0)
			return json_array_get(options, i);
	}
	return NULL;
}

static void put(json_t *holder, const char *prefix, const char *type, json_t *value)
{
	char name[40];

	snprintf(name, sizeof name, "%s%s", prefix, type);
	json_object_set_new(holder, name, value);
}

static void export_code(const json_t *item, const char *code, json_t *holder, const char *prefix)
{
	const char *type = NULL;
	const json_t *option = option_of(item, code);
	const json_t *kept = fhir_any(json_object_get(option, "x_fhir"), "value", &type);

	if (kept && strlen(type) < 24)
		put(holder, prefix, type, json_deep_copy(kept));
	else if (option)
		put(holder, prefix, "Coding", json_pack("{s:s}", "code", code));
}

static void export_quantity(const json_t *item, const json_t *value, json_t *holder,
			    const char *prefix)
{
	const char *unit = fhir_text(item, "unit");
	json_t *quantity;

	if (json_is_object(value)) {
		unit = fhir_text(value, "unit") ? fhir_text(value, "unit") : unit;
		value = json_object_get(value, "value");
	}
	if (!json_is_number(value))
		return;
	quantity = json_pack("{s:O}", "value", value);
	if (unit) {
		fhir_set_text(quantity, "unit", unit);
		fhir_set_text(quantity, "system", FHIR_UCUM);
		fhir_set_text(quantity, "code", unit);
	}
	put(holder, prefix, "Quantity", quantity);
}

static bool is_date(const char *text)
{
	date_days date;

	return text && date_parse(str_of(text), &date);
}

/* 7.0 is an integer, 7.5 is none. */
static void export_integer(const json_t *value, json_t *holder, const char *prefix)
{
	struct number n;

	if (fhir_number(value, &n) && number_is_integer(n))
		put(holder, prefix, "Integer", json_integer(n.num));
}

/* Puts prefix + type; nothing for a value that the item cannot have. */
void fhir_export_value(const json_t *item, const json_t *value, json_t *holder, const char *prefix)
{
	const char *type = fhir_text(item, "type"), *text = json_string_value(value);

	if (has_options(type) && text)
		export_code(item, text, holder, prefix);
	else if (is_type(type, "open_choice") && fhir_text(value, "other"))
		put(holder, prefix, "String", json_string(fhir_text(value, "other")));
	else if (is_type(type, "quantity"))
		export_quantity(item, value, holder, prefix);
	else if ((is_type(type, "boolean") || is_type(type, "attestation")) &&
		 json_is_boolean(value))
		put(holder, prefix, "Boolean", json_copy((json_t *)value));
	else if (is_type(type, "integer"))
		export_integer(value, holder, prefix);
	else if (is_type(type, "decimal") && json_is_number(value))
		put(holder, prefix, "Decimal", json_copy((json_t *)value));
	else if (is_type(type, "date") && is_date(text))
		put(holder, prefix, "Date", json_string(text));
	else if (text && *text &&
		 (is_type(type, "text") || is_type(type, "state") || is_type(type, "zip")))
		put(holder, prefix, "String", json_string(text));
}
