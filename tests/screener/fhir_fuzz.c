/* Arbitrary bytes as a questionnaire: what is imported is exported as it was. */
#include <stdlib.h>

#include "screener/fhir.h"
#include "screener/patch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The extensions of our own exports are not given back. */
static bool has_extensions(const json_t *questionnaire)
{
	return json_object_get(questionnaire, "extension") != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 24);
	struct str json = {(const char *)data, size};
	struct screener_findings findings;
	json_t *document, *back = NULL, *original;

	if (is_ok(fhir_import(arena, json, &document, &findings))) {
		original = json_loadb(json.ptr, json.len, 0, NULL);
		if (is_failed(fhir_export(arena, document, &back, &findings)))
			abort();
		if (!has_extensions(original) && !json_object_get(back, "extension") &&
		    !patch_equal(original, back))
			abort();
		json_decref(fhir_response(arena, document, original, NULL, 0, false));
		json_decref(back);
		json_decref(original);
		json_decref(document);
	}
	arena_free(&arena);
	return 0;
}
