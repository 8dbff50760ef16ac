#pragma once

/*
 * What a handler is given.  The dispatcher fills it, the handler reads it; all
 * of it lives in call->arena and ends with the call.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/instant.h"
#include "base/status.h"
#include "base/uuid.h"
#include "contract/method.h"
#include "contract/principal.h"

struct tx;
struct svc;

struct rpc_call {
	struct arena *arena;
	struct tx *tx;			   /* NULL for NONE and, outside tx_run(), for MANUAL */
	instant now;			   /* the call's time; tests set it */
	instant deadline;		   /* absolute, wall clock */
	struct uuid tenant;		   /* nil when the call has none */
	const struct principal *principal; /* who asks, never NULL */
	const char *caller;		   /* the daemon that sent the call: "gateway" */
	const char *request_id;
	const char *traceparent;
	const char *client_addr;
	const char *user_agent;
	const char *accept_language; /* of the client, as it was sent; "" when absent */
	const char *idempotency_key; /* NULL when absent */
	const struct rpc_method *method;
	struct svc *svc;
	struct field_errors errors; /* filled with call_field_error() */
	uint32_t retry_after_ms;    /* 0: none */
	void *internal;		    /* the dispatcher's */
};

/*
 * Adds a field to the error answer; returns INVALID_ARGUMENT/INVALID_FIELDS.  field is a path of
 * proto names from the request message ("program.starts_on"); the client is told its JSON names,
 * relative to the body that it sent.
 */
struct status call_field_error(struct rpc_call *call, const char *field, const char *reason,
			       const char *message);
