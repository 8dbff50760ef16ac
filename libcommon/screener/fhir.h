#pragma once

/*
 * FHIR R4 Questionnaire in and out.  What both sides can say is mapped; what
 * only one can say travels in an extension (of the questionnaire) or in the
 * member x_fhir (of the screener) as the JSON Patch between the two, so that
 * going there and back gives the same document.  Each such thing is a finding.
 * Questionnaires are outside bytes: whatever is in them ends in a finding.
 *
 * https://hl7.org/fhir/R4/questionnaire.html, https://hl7.org/fhir/uv/sdc/STU3
 */
#include <jansson.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"
#include "screener/screener.h"

#define FHIR_MAX_BYTES (1 << 20)
#define FHIR_MAX_ITEMS 1000
#define FHIR_MAX_DEPTH 32

/*
 * A questionnaire as a screener document, a new reference.  A questionnaire has
 * no outcomes: one called "review" is put in, to be replaced by an author.
 * Findings have pointers into the questionnaire.  INVALID_ARGUMENT "FHIR_JSON",
 * "FHIR_TYPE" (no Questionnaire); RESOURCE_EXHAUSTED "FHIR_TOO_LARGE".  The document may
 * still be refused by screener_compile, for instance for a cycle of enableWhen.
 */
struct status fhir_import(struct arena *arena, struct str json, json_t **out,
			  struct screener_findings *findings);

/*
 * A screener document as a questionnaire, a new reference, with the identity of
 * the document in an extension.  Findings point into the document.  The document
 * should be one that compiles; otherwise what cannot be read is left out.
 */
struct status fhir_export(struct arena *arena, const json_t *document, json_t **out,
			  struct screener_findings *findings);

/*
 * Answers as a QuestionnaireResponse, a new reference.  pruned are ids whose
 * answers do not count (screener_result.pruned).
 */
json_t *fhir_response(struct arena *arena, const json_t *document, const json_t *answers,
		      const char *const *pruned, size_t n_pruned, bool completed);
