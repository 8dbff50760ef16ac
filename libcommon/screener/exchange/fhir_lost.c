/*
 * What a questionnaire can say about who is asked what and a screener cannot:
 * passed over it would change the questionnaire silently.
 */
#include "screener/exchange/fhir_map.h"

#define SDC "http://hl7.org/fhir/uv/sdc/StructureDefinition/"

/* Extensions of items; of those with a value only that one does no harm. */
static const struct {
	const char *url, *harmless, *message;
} extensions[] = {
	{SDC "sdc-questionnaire-enableWhenExpression", NULL,
	 "An expression decides whether this is asked: it is left out, and everyone is asked."},
	{SDC "sdc-questionnaire-calculatedExpression", NULL,
	 "The answer is calculated: the question is asked instead."},
	{SDC "sdc-questionnaire-answerExpression", NULL,
	 "The options are calculated: those in the document are taken."},
	{SDC "sdc-questionnaire-answerOptionsToggleExpression", NULL,
	 "Expressions switch options on and off: all are offered."},
	{SDC "sdc-questionnaire-candidateExpression", NULL,
	 "The answers to choose from are calculated: they are left out."},
	{HL7 "questionnaire-usageMode", "capture",
	 "This is shown in some uses only: it is asked always."},
	{HL7 "cqf-calculatedValue", NULL, "A value is calculated: it is left out."},
};

#define N_EXTENSIONS (sizeof extensions / sizeof extensions[0])

static void check_extension(struct fhir_importer *im, const json_t *item, const char *path,
			    size_t i)
{
	const json_t *extension = fhir_extension(item, extensions[i].url);
	const char *value = fhir_text(extension, "valueCode");

	if (!extension ||
	    (extensions[i].harmless && value && strcmp(value, extensions[i].harmless) == 0))
		return;
	fhir_lose(im, "FHIR_EXTENSION", path, extensions[i].message);
}

/* A group is answered when something in it is; a required question always there sees to it. */
static bool has_required_child(const json_t *group)
{
	const json_t *list = json_object_get(group, "item");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *child = json_array_get(list, i);

		if (json_is_true(json_object_get(child, "required")) &&
		    !json_object_get(child, "enableWhen"))
			return true;
	}
	return false;
}

void fhir_check_item(struct fhir_importer *im, const json_t *item, const char *path)
{
	const char *type = fhir_text(item, "type");

	for (size_t i = 0; i < N_EXTENSIONS; i++)
		check_extension(im, item, path, i);
	if (json_object_get(item, "modifierExtension"))
		fhir_lose(im, "FHIR_EXTENSION", path,
			  "A modifier extension changes what this item means: it is passed over.");
	if (json_is_true(json_object_get(item, "readOnly")))
		fhir_lose(im, "FHIR_READ_ONLY", path,
			  "This is not for answering: it is asked like any other question.");
	if (type && strcmp(type, "group") == 0 && json_is_true(json_object_get(item, "required")) &&
	    !json_is_true(json_object_get(item, "repeats")) && !has_required_child(item))
		fhir_lose(im, "FHIR_REQUIRED", path,
			  "That something in a group must be answered cannot be expressed: make a "
			  "question in it required.");
}

void fhir_check_root(struct fhir_importer *im)
{
	if (json_object_get(im->root, "modifierExtension") ||
	    json_object_get(im->root, "implicitRules"))
		fhir_lose(im, "FHIR_EXTENSION", "",
			  "A modifier extension or implicit rules change what this questionnaire "
			  "means: they are passed over.");
}
