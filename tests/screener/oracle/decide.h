#pragma once

/* Hit policies of the oracle. */
#include "world.h"

/* held is 0 when the rules decide; outcome is that of a true rule, or NULL. */
struct decision {
	const char *outcome;
	unsigned held;
};

struct decision decide(const struct oracle_document *doc, const enum kleene *rules);
/* `on_unknown`, or the more severe outcome without a code to which a true rule leads. */
const char *outcome_when_unsure(const struct oracle_document *doc, const char *certain);
int outcome_index(const struct oracle_document *doc, const char *id);
json_t *outcome_json(const struct oracle_document *doc, const char *id);
json_int_t outcome_severity(const struct oracle_document *doc, const char *id);
