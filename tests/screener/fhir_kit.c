#include "fhir_kit.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct arena *fhir_arena;

void fhir_kit_open(void)
{
	fhir_arena = arena_new(SIZE_MAX);
}

void fhir_kit_close(void)
{
	arena_free(&fhir_arena);
}

json_t *fhir_data(const char *name)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s.json", SCREENER_TESTS, name);
	json_t *json = json_load_file(path, 0, NULL);

	cr_assert_not_null(json, "%s", path);
	return json;
}

static const char *dump_digits(const json_t *json, size_t digits)
{
	char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(digits));
	const char *copy = arena_strdup(fhir_arena, text ? text : "");

	free(text);
	return copy;
}

const char *fhir_dump(const json_t *json)
{
	return dump_digits(json, 15);
}

const char *fhir_dump_exactly(const json_t *json)
{
	return dump_digits(json, 17);
}

json_t *fhir_loads(const char *text)
{
	return json_loads(kit_json(fhir_arena, text), 0, NULL);
}

struct kit fhir_kit_of(const json_t *document)
{
	struct kit kit = kit_compile(fhir_dump(document));

	cr_assert_not_null(kit.screener, "%s", kit_findings(&kit));
	return kit;
}

json_t *fhir_imported(const json_t *questionnaire, enum fhir_loss loss,
		      struct screener_findings *findings)
{
	struct str text = str_of(fhir_dump_exactly(questionnaire));
	json_t *document = NULL;
	struct status st = fhir_import(fhir_arena, text, loss, &document, findings);

	cr_expect_eq(is_ok(st), document != NULL);
	cr_expect_eq(is_ok(st), findings->n_errors == 0);
	return document;
}
