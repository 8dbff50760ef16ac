/*
 * The type that a question of a questionnaire becomes, with its options and
 * units.  R4's choice and open-choice, R5's coding and answerConstraint.
 */
#include "screener/exchange/fhir_map.h"

static bool is_one_of(const char *type, const char *const *names)
{
	for (; type && *names; names++)
		if (strcmp(*names, type) == 0)
			return true;
	return false;
}

static bool is_repeating(const json_t *item)
{
	return json_is_true(json_object_get(item, "repeats"));
}

/* May an answer be something else than an option? */
static bool is_open(struct fhir_importer *im, const json_t *item, const char *path)
{
	const char *type = fhir_text(item, "type");
	const char *constraint = fhir_text(item, "answerConstraint");
	bool text = type && (strcmp(type, "string") == 0 || strcmp(type, "text") == 0);

	if (type && strcmp(type, "open-choice") == 0)
		return true;
	if (!constraint || strcmp(constraint, "optionsOnly") == 0)
		return false;
	if (strcmp(constraint, "optionsOrString") != 0 && !text)
		fhir_lose(im, "FHIR_OPEN_CHOICE", path,
			  "Answers of this type beside the options cannot be expressed; text is "
			  "taken instead.");
	return true;
}

static const char *choice_type(struct fhir_importer *im, struct fhir_question *question,
			       const json_t *item, const char *path)
{
	bool open = is_open(im, item, path);

	question->options = fhir_import_options(im, item, question->id, path);
	if (!question->options) {
		fhir_lose(im, "FHIR_VALUE_SET", path,
			  "The options of this question are not in the document: it becomes text.");
		return "text";
	}
	if (open && is_repeating(item))
		fhir_lose(im, "FHIR_OPEN_CHOICE", path,
			  "Several choices and free text together cannot be expressed: only the "
			  "choices remain.");
	return is_repeating(item) ? "multi" : open ? "open_choice" : "choice";
}

static const char *unit_of(const json_t *extension)
{
	const char *unit = fhir_text(json_object_get(extension, "valueCoding"), "code");

	return unit && *unit ? unit : NULL;
}

static bool has_unit(const json_t *units, const char *code)
{
	for (size_t i = 0; i < json_array_size(units); i++)
		if (strcmp(fhir_text(json_array_get(units, i), "code"), code) == 0)
			return true;
	return false;
}

static void add_unit(struct fhir_importer *im, struct fhir_question *question,
		     const json_t *extension, const char *path)
{
	const char *unit = unit_of(extension);
	char factor[NUMBER_TEXT];
	struct number n;

	if (unit && (strcmp(unit, question->unit) == 0 || has_unit(question->units, unit)))
		return;
	if (unit && fhir_unit_factor(unit, question->unit, &n) && number_format(factor, n))
		json_array_append_new(question->units,
				      json_pack("{s:s,s:s}", "code", unit, "factor", factor));
	else
		fhir_lose(im, "FHIR_UNIT", path,
			  "Answers in one of these units cannot be converted: that unit is left "
			  "out.");
}

static void import_units(struct fhir_importer *im, struct fhir_question *question,
			 const json_t *item, const char *path)
{
	const json_t *list = json_object_get(item, "extension");

	question->units = json_array();
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *url = fhir_text(json_array_get(list, i), "url");

		if (url && strcmp(url, FHIR_UNIT_OPTION) == 0)
			add_unit(im, question, json_array_get(list, i), path);
	}
	if (fhir_extension(item, HL7 "questionnaire-unitValueSet"))
		fhir_lose(im, "FHIR_UNIT", path,
			  "A value set of units cannot be expressed: only the unit named remains.");
}

static const char *quantity_type(struct fhir_importer *im, struct fhir_question *question,
				 const json_t *item, const char *path)
{
	question->unit = unit_of(fhir_extension(item, FHIR_UNIT));
	if (!question->unit)
		question->unit = unit_of(fhir_extension(item, FHIR_UNIT_OPTION));
	if (!question->unit) {
		fhir_lose(im, "FHIR_UNIT", path,
			  "This quantity has no unit: it becomes a decimal.");
		return "decimal";
	}
	import_units(im, question, item, path);
	return "quantity";
}

static const char *plain_type(struct fhir_importer *im, const char *type, const char *path)
{
	static const char *const same[] = {"group",   "display", "boolean", "integer",
					   "decimal", "date",	 NULL};
	static const char *const as_text[] = {"string", "text", "url", NULL};
	static const char *const poor[] = {"dateTime", "time", NULL};

	if (is_one_of(type, same))
		return type;
	if (is_one_of(type, as_text))
		return "text";
	if (is_one_of(type, poor)) {
		fhir_lose(im, "FHIR_TYPE", path, "There is no such type: it becomes text.");
		return "text";
	}
	fhir_lose(im, "FHIR_TYPE", path, "There is no such type: only its text is shown.");
	return "display";
}

const char *fhir_import_type(struct fhir_importer *im, struct fhir_question *question,
			     const json_t *item, const char *path)
{
	static const char *const choices[] = {"choice", "open-choice", "coding", NULL};
	static const char *const optional[] = {"string", "text", "integer", "date", NULL};
	const char *type = fhir_text(item, "type"), *mapped;
	bool has_options = json_array_size(json_object_get(item, "answerOption")) > 0 ||
			   json_object_get(item, "answerValueSet");

	if (is_one_of(type, choices) || (has_options && is_one_of(type, optional)))
		return choice_type(im, question, item, path);
	if (type && strcmp(type, "quantity") == 0)
		mapped = quantity_type(im, question, item, path);
	else
		mapped = plain_type(im, type, path);
	if (is_repeating(item) && strcmp(mapped, "group") != 0 && strcmp(mapped, "display") != 0)
		fhir_lose(im, "FHIR_REPEATS", path,
			  arena_printf(im->arena,
				       "\"repeats\" of a question of type %s cannot be expressed, "
				       "because only a question with options has several answers: "
				       "one answer is asked for. A group that repeats can hold "
				       "the question once for each answer.",
				       type));
	return mapped;
}
