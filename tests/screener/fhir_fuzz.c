/* Arbitrary bytes as a questionnaire: what is imported is exported as it was. */
#include <stdlib.h>

#include "screener/exchange/fhir.h"
#include "screener/exchange/patch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The extensions of our own exports are not given back. */
static bool has_extensions(const json_t *questionnaire)
{
	return json_object_get(questionnaire, "extension") != NULL;
}

/* The bytes as answers to the screener they became. */
static void respond(struct arena *arena, const json_t *document, struct str json)
{
	char *text = json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(15));
	json_t *given = json_loadb(json.ptr, json.len, 0, NULL);
	struct screener_findings findings;
	struct screener_answers *answers;
	struct screener *screener = NULL;
	struct screener_result result;

	if (given && is_ok(screener_compile(arena, str_of(text), NULL, 0, &screener, &findings)) &&
	    is_ok(screener_answers_parse(screener, arena, json, 20000, &answers))) {
		screener_eval(screener, answers, arena, SCREENER_FULL, &result);
		json_decref(fhir_response(arena, document, given, &result, true));
	}
	screener_free(&screener);
	json_decref(given);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 26);
	struct str json = {(const char *)data, size};
	struct screener_findings findings;
	json_t *document, *back = NULL, *original;

	if (is_ok(fhir_import(arena, json, FHIR_LOSSY, &document, &findings))) {
		if (size >= 3 && data[0] == 0xef)
			json = (struct str){json.ptr + 3, json.len - 3};
		original = json_loadb(json.ptr, json.len, 0, NULL);
		if (is_failed(fhir_export(arena, document, FHIR_LOSSY, &back, &findings)))
			abort();
		if (!has_extensions(original) && !json_object_get(back, "extension") &&
		    !patch_equal(original, back))
			abort();
		respond(arena, document, json);
		json_decref(back);
		json_decref(original);
		json_decref(document);
	}
	arena_free(&arena);
	return 0;
}
