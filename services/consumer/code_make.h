#pragma once

/* A new code: random, kept as a keyed hash, shown once. */
#include "consumer/consumer.h"

struct code_plan {
	struct uuid session;
	struct uuid program;
	int32_t screener_version;
	const char *code_class;
	instant expires_at;
	const struct uuid *replaces; /* NULL: none */
	struct uuid id;
};

/*
 * Makes a code in the open transaction.  *shown is the code in groups of four, in the
 * arena.  UNAVAILABLE/KEYS_UNAVAILABLE, ALREADY_EXISTS/CODE_ALREADY_ISSUED.
 */
struct status code_make(struct rpc_call *call, const struct code_plan *plan,
			struct q_code_row **row, char **shown);
