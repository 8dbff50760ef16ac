#pragma once

/*
 * FHIR R4 Questionnaire in and out (R5's spellings are read, too).  What both
 * sides can say is mapped; what only one can say travels in an extension (of the
 * questionnaire) or in the member x_fhir (of the screener) as the JSON Patch
 * between the two, so that going there and back gives the same document.  Each
 * such thing is a finding.  What would change who is asked, or what, is an error
 * unless the caller takes losses knowingly (FHIR_LOSSY).
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
 * FHIR_LOSSY turns findings about who is asked what into warnings: the
 * conditions of an item that cannot be expressed are then left out as a whole,
 * so that everyone is asked.
 */
enum fhir_loss { FHIR_STRICT, FHIR_LOSSY };

/*
 * A questionnaire as a screener document, a new reference.  A questionnaire has
 * no outcomes: one called "review" is put in, to be replaced by an author.
 * Findings have pointers into the questionnaire.  A byte order mark is passed over.
 * INVALID_ARGUMENT "FHIR_JSON", "FHIR_TYPE" (no Questionnaire), "FHIR_INVALID" (an error finding);
 * RESOURCE_EXHAUSTED "FHIR_TOO_LARGE".  *out is untouched when it fails.  The document may
 * still be refused by screener_compile, for instance for a cycle of enableWhen.
 */
struct status fhir_import(struct arena *arena, struct str json, enum fhir_loss loss, json_t **out,
			  struct screener_findings *findings);

/*
 * A screener document as a questionnaire, a new reference, with the identity of
 * the document in an extension.  Findings point into the document.  The document
 * should be one that compiles; otherwise what cannot be read is left out.
 * INVALID_ARGUMENT "FHIR_TYPE" (no object), "FHIR_INVALID" (a show_if without an
 * enableWhen that says the same: other tools would ask everyone).
 */
struct status fhir_export(struct arena *arena, const json_t *document, enum fhir_loss loss,
			  json_t **out, struct screener_findings *findings);

/*
 * The answers of a full evaluation as a QuestionnaireResponse, a new reference.
 * document and answers are the JSON that the program was compiled from and that
 * was evaluated.  Answers that are hidden, pending or invalid are left out.  The
 * status is "completed" when completed is set, no visible answer is invalid and
 * no visible required question is open; otherwise "in-progress".
 */
json_t *fhir_response(struct arena *arena, const json_t *document, const json_t *answers,
		      const struct screener_result *result, bool completed);
