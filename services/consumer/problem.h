#pragma once

/* What a caller is told about one answer that does not fit, or that is missing. */
#include "consumer/consumer.h"
#include "screener/screener.h"

/* Session.problems holds no more than this. */
#define PROBLEMS_MAX 64

/* Is the answer to a question that the screener does not have? */
bool problem_is_unknown(const struct screener_problem *problem);

/* Adds the problem to the fields of the call's error answer, which holds FIELD_ERRORS_MAX of them.
 */
void problem_add_field(struct rpc_call *call, const struct screener *screener,
		       const struct screener_problem *problem);

/* The problems of an evaluation as messages. */
void problems_to_proto(struct arena *arena, const struct screener *screener,
		       const struct screener_result *result, Consumer__Session *out);
