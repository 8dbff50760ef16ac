#pragma once

/*
 * Decision tables out of DMN models (1.1 to 1.5, XML).  Tables that consist of
 * literals are taken whole; everything else of the standard (literal
 * expressions, contexts, functions) is named in a finding and left out.  The
 * document is outside bytes: no DTD, no entities, no network, limits.
 */
#include <jansson.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"
#include "screener/screener.h"

#define DMN_MAX_BYTES	  (4 << 20)
#define DMN_MAX_DECISIONS 200
#define DMN_MAX_NAMES	  1000 /* inputs and item definitions, each */

struct dmn;

/*
 * Reads a model into the arena, where it stays immutable.  Findings have the
 * pointer "line 12".  INVALID_ARGUMENT "DMN_XML" (no well-formed XML, or with a
 * DTD), "DMN_INVALID" (an error finding: a table that cannot be taken as it
 * stands), RESOURCE_EXHAUSTED "DMN_TOO_LARGE".  xmlInitParser must have run
 * before threads start.
 */
struct status dmn_load(struct arena *arena, struct str xml, struct dmn **out,
		       struct screener_findings *findings);

bool dmn_has_decision(const struct dmn *dmn, const char *decision);
/*
 * The first decision (of all, or only the one named) that is no decision table
 * and so never has a result; NULL when there is none.
 */
const char *dmn_without_table(const struct dmn *dmn, const char *decision);

/*
 * Evaluates the tables for an object of inputs by name; what is absent, null, of
 * the wrong kind or not among the allowed values is unknown.  *out is a new
 * reference: {"results": {decision: value}, "verdicts": {decision: text},
 * "rows": {decision: [numbers from 1]}} for every table, or only for the decision
 * named (NULL: all); the value of what is not decided is null.
 * INVALID_ARGUMENT "DMN_INPUTS" when inputs is no object.
 */
struct status dmn_evaluate(const struct dmn *dmn, struct arena *arena, const json_t *inputs,
			   const char *decision, json_t **out);

/* Is every verdict in what dmn_evaluate gave "decided" or "no match"? */
bool dmn_has_results(const json_t *evaluated);
