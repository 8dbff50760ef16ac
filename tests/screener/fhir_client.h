#pragma once

/*
 * What a FHIR client asks, read off the text of the standard and slow: it links
 * nothing of the engine.  https://hl7.org/fhir/R4/questionnaire.html#enableWhen
 *
 * answers: {linkId: [{"valueBoolean": true}, ...]}, of a repeating group
 * {linkId: [{linkId: [...]}, ...]}, one object for each row.
 */
#include <jansson.h>
#include <stdbool.h>

/* Is the item enabled, and so is all around it?  row is ignored outside rows. */
bool client_enables(const json_t *questionnaire, const json_t *answers, const char *link,
		    size_t row);
/* ... and not hidden, nor is anything around it. */
bool client_shows(const json_t *questionnaire, const json_t *answers, const char *link, size_t row);
