#pragma once

/*
 * What the tests of questionnaires and their responses share: documents from
 * files, JSON as text, and screeners made of both.  Whatever they hand out lives
 * until the test ends, but JSON, which belongs to the caller.
 */
#include <jansson.h>

#include "kit.h"
#include "screener/exchange/fhir.h"

/* Of one test: TestSuite(…, .init = fhir_kit_open, .fini = fhir_kit_close). */
extern struct arena *fhir_arena;
void fhir_kit_open(void);
void fhir_kit_close(void);

/* tests/screener/<name>.json */
json_t *fhir_data(const char *name);
/* Compact, with 15 digits, which are the author's; exactly: with all digits of a double. */
const char *fhir_dump(const json_t *json);
const char *fhir_dump_exactly(const json_t *json);
/* Text with ' for " as JSON. */
json_t *fhir_loads(const char *text);

/* The document, which must compile; kit_free() it. */
struct kit fhir_kit_of(const json_t *document);
/* NULL when the questionnaire is refused; then the findings have errors. */
json_t *fhir_imported(const json_t *questionnaire, enum fhir_loss loss,
		      struct screener_findings *findings);
