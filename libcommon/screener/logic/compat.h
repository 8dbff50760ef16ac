#pragma once

/*
 * JSON Logic as JavaScript's reference implementation behaves, coercions and
 * all: for rules written elsewhere and for comparing with other engines.  Never
 * for a published screener: here an unanswered question is null, and null is
 * less than 65.  Strict rules are the core engine's (screener.h).
 *
 * https://jsonlogic.com/operations.html, ECMA-262 for ==, <, String() and Number().
 */
#include <jansson.h>

#include "base/arena.h"
#include "base/status.h"

#define COMPAT_MAX_DEPTH      128
#define COMPAT_MAX_OPERATIONS 100000

/*
 * Applies rule to data (NULL is null).  *out is a new reference: numbers that
 * JSON does not have and undefined become null.  INVALID_ARGUMENT
 * "RULE_UNKNOWN_OPERATOR", "RULE_TYPE" (JavaScript would throw a TypeError);
 * RESOURCE_EXHAUSTED "RULE_DEPTH", "RULE_OPERATIONS" (copied text and lists count too).
 */
struct status compat_apply(struct arena *arena, const json_t *rule, const json_t *data,
			   json_t **out);
