#pragma once

/*
 * A call whose k-th send, receive, statement or commit fails, for k = 1, 2, … until it
 * passes untouched: each time it has its whole effect or none, success is only said of the
 * whole, and asked again it has had it once.
 */
#include <stdint.h>

#include "db/conn.h"
#include "support/svc_test.h"

struct fault_case {
	/* Makes what the call needs, anew for every k. */
	void (*prepare)(unsigned round);
	/* The call; the same again when it is repeated. */
	struct answer (*ask)(void);
	/* Rows that the call made and events that tell of it, since prepare(). */
	int64_t (*effects)(void);
	/* How many of them are the whole effect. */
	int64_t whole;
	/* What a repetition is told when the first had its effect; NULL: OK. */
	const char *done_before;
};

void fault_every_kind(const struct fault_case *what);

/* For prepare(): another tenant and name in every round. */
extern struct uuid fault_tenant;
extern const char *fault_round;
void fault_next_round(unsigned round);
/* Rows of that tenant: fault_rows("schema.table WHERE ..."). */
int64_t fault_rows(const char *from);
