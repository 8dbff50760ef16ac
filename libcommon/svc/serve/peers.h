#pragma once

/* Calls to other daemons, in the name of a call or of the daemon itself. */
#include "base/arena.h"
#include "base/instant.h"
#include "base/status.h"
#include "base/str.h"
#include "base/uuid.h"
#include "contract/method.h"

struct ProtobufCMessage;
struct svc;

struct peer_call {
	const char *daemon;
	const struct rpc_method *method;
	struct arena *arena; /* the response lands here */
	instant deadline;
	struct uuid tenant;
	struct str principal; /* signed bytes to forward, or empty */
	const char *request_id;
	const char *traceparent;
	const char *client_addr;
	const char *user_agent;
	const char *accept_language;
	struct field_errors *errors; /* gets the peer's, or NULL */
};

/*
 * Blocks until the answer or the deadline.  *response is the unpacked message.
 * The peer's status, or the transport's (rpc/client.h);
 * INTERNAL/MALFORMED_RESPONSE.
 */
struct status peer_call_run(struct svc *svc, const struct peer_call *call,
			    const struct ProtobufCMessage *request, void **response);

/* Does the configuration name an address of this daemon (or is it ourselves)? */
bool svc_has_peer(const struct svc *svc, const char *daemon);
