#pragma once

/*
 * Answers calls of other daemons on their connections.
 *
 * Threads: on_request runs on one of nng's few threads and must only enqueue.
 * rpc_reply*() may be called from any thread, once per request, also from within
 * on_request.  After the first nng call a process must not fork.
 *
 * max_requests bounds the requests inside the process: past it they are refused
 * unread, so make it larger than queue and workers together and let the
 * dispatcher refuse, which tells when to come again.  A caller that does not read its
 * answers is not read from past 8 MiB of them, and given up after ten seconds.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/instant.h"
#include "base/status.h"
#include "base/str.h"
#include "crypto/keyring.h"
#include "rpc/envelope.h"
#include "rpc/tls.h"

struct trust;
struct rpc_server;
struct ProtobufCMessage;

#define RPC_SERVER_REQUESTS 4096

/*
 * A request in the hands of the dispatcher until it is answered.  header and
 * payload live in it.  next, user and tag are the dispatcher's.
 */
struct rpc_request {
	struct rpc_header header;
	struct str payload;
	char caller[KEY_NAME_TEXT]; /* the daemon whose token it carried */
	instant received_at;	    /* monotonic */
	struct rpc_request *next;
	void *user;
	uint64_t tag;
};

struct rpc_server_config {
	const char *const *urls; /* "ipc:///run/…/tenant.sock", "tls+tcp://0.0.0.0:7000" */
	size_t n_urls;
	size_t max_requests;	   /* 0: RPC_SERVER_REQUESTS */
	unsigned ipc_mode;	   /* of the socket file, 0: 0660; the folder should be 0750 */
	const struct rpc_tls *tls; /* needed for tls+tcp:// */
	struct trust *trust;	   /* NULL: callers are not checked (tests of the transport) */
	void (*on_request)(struct rpc_request *request, void *arg);
	void *arg;
};

/*
 * Listens on every URL.  A request without a good service token, past its
 * deadline, past max_requests (RESOURCE_EXHAUSTED/RPC_BUSY) or malformed is
 * answered here and never reaches on_request.
 * UNAVAILABLE/RPC_LISTEN when a URL cannot be bound, FAILED_PRECONDITION/RPC_TLS
 * when the certificate files do not load (logged with the URL).
 */
struct status rpc_server_new(const struct rpc_server_config *config, struct rpc_server **out);

/* From now on new requests are refused unrun (UNAVAILABLE/DRAINING) and every reply says so. */
void rpc_server_drain(struct rpc_server *server);

/* Requests whose answers have not left. */
size_t rpc_server_in_flight(const struct rpc_server *server);

/* Waits until their answers have left; false when timeout_ms passed first. */
bool rpc_server_wait_idle(struct rpc_server *server, unsigned timeout_ms);

/* Waits for the in-flight requests, closes the sockets and frees; *server becomes NULL. */
void rpc_server_free(struct rpc_server **server);

/*
 * Answers and gives the request up.  header->status decides what the caller
 * sees; draining and server_us are filled in.  A frame past RPC_MESSAGE_MAX
 * becomes RESOURCE_EXHAUSTED/REPLY_TOO_LARGE.  Nothing of what is passed need
 * live on.  message may be NULL and is packed straight into the reply; it is
 * sent with OK only.
 */
void rpc_reply_message(struct rpc_request *request, const struct rpc_reply_header *header,
		       const struct ProtobufCMessage *message);

/* As rpc_reply_message with bytes that are packed already. */
void rpc_reply(struct rpc_request *request, const struct rpc_reply_header *header,
	       struct str payload);

/* An error without details. */
void rpc_reply_status(struct rpc_request *request, struct status status);
