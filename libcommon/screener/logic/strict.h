#pragma once

/*
 * One strict rule on plain data, without a screener around it: for trying rules
 * and for comparing engines.  Items and their types are taken from the data
 * (texts that are dates are dates unless the rule then makes no sense), and
 * from what a variable is compared with where the data has none.
 */
#include <jansson.h>

#include "screener/screener.h"

/*
 * Appends the value as JSON to out, "null" when it is unknown.
 * INVALID_ARGUMENT/RULE_INVALID with *findings (pointers into {"rule": …});
 * FAILED_PRECONDITION/RULE_FAILED with *cause ("DIVISION", a literal) when the
 * evaluation failed.
 */
struct status strict_rule_eval(struct arena *arena, const json_t *rule, const json_t *data,
			       date_days today, struct strbuf *out,
			       struct screener_findings *findings, const char **cause);
