#pragma once

/*
 * Calls other daemons.  One connection per replica carries as many calls as are in
 * flight; the replica is the less loaded of two taken at random among the connected ones; a replica
 * that fails RPC_EJECT_AFTER times in a row is left out and probed back with growing pauses (never
 * the last one); one that says it is draining is left out while another is there.
 *
 * Repeated, inside the deadline, at most RPC_ATTEMPTS times, with growing random
 * pauses and the token throttle of gRFC A6:
 *   - what was certainly not run (no connection, still queued, refused as draining);
 *   - anything that broke on the way, when the method's policy says retryable.
 * Never a method that may have run and is not retryable, never after a reply.
 *
 * Threads: any thread may send.  Callbacks run on nng's threads: they must only
 * push the result to a queue of their own and wake it.  After rpc_client_new()
 * the process must not fork.
 *
 * Who makes many calls at a time – an event loop in one turn – asks for a corked
 * client: what was sent leaves with rpc_client_flush(), in one write a replica.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/str.h"
#include "contract/method.h"
#include "crypto/keyring.h"
#include "rpc/envelope.h"
#include "rpc/tls.h"

struct rpc_client;
struct ProtobufCMessage;

#define RPC_EJECT_AFTER	  5
#define RPC_ATTEMPTS	  5
#define RPC_REPLICA_CALLS 1024 /* in flight to one replica; past it RESOURCE_EXHAUSTED/RPC_BUSY */

/*
 * How a call ended.  header.status is OK with the payload, the status the
 * handler returned, or one of the transport's:
 *   UNAVAILABLE/NO_CONNECTION       no replica is connected (not run)
 *   UNAVAILABLE/CONNECTION_LOST     broke after it was sent (may have run)
 *   UNAVAILABLE/DRAINING            refused by a replica that goes away (not run)
 *   DEADLINE_EXCEEDED/DEADLINE      the deadline passed (may have run)
 *   RESOURCE_EXHAUSTED/RPC_BUSY, RESOURCE_EXHAUSTED/REQUEST_TOO_LARGE   (not run)
 *   INTERNAL/MALFORMED_FRAME        the reply could not be read
 *   CANCELLED/CLIENT_CLOSED         the client is being freed
 * Everything in it lives until rpc_result_free().
 */
struct rpc_result {
	struct rpc_reply_header header;
	struct str payload;
	bool not_run;		 /* certainly never reached a handler */
	struct rpc_result *next; /* the receiver's, for its queue */
	void *arg;
};

typedef void (*rpc_done)(struct rpc_result *result, void *arg);

struct rpc_peer {
	const char *daemon;	 /* "tenant" */
	const char *const *urls; /* one per replica */
	size_t n_urls;
};

struct rpc_client_config {
	const char *daemon; /* who we are */
	const struct key
		*service_key; /* our KEY_SERVICE; NULL: no tokens (tests of the transport) */
	/*
	 * Where the daemons' key folders are, whose owners they run as: a socket that another
	 * user listens on is an impostor's and gets nothing.  NULL: not checked (tests of the
	 * transport).  Lives on.
	 */
	const char *secrets_dir;
	const struct rpc_peer *peers;
	size_t n_peers;
	const struct rpc_tls *tls; /* needed for tls+tcp:// */
	bool corked;		   /* calls wait for rpc_client_flush() */
};

/*
 * Starts to dial every replica and returns at once; connections come and go in
 * the background.  Nothing of config needs to live on but service_key and secrets_dir.
 * INVALID_ARGUMENT/RPC_URL, FAILED_PRECONDITION/RPC_TLS.
 */
struct status rpc_client_new(const struct rpc_client_config *config, struct rpc_client **out);

/*
 * Aborts what is in flight (their callbacks run), waits until every result was
 * freed, closes the sockets.  No other thread may be in rpc_send() or
 * rpc_call_blocking(): join the senders first.  *client becomes NULL.
 */
void rpc_client_free(struct rpc_client **client);

/* Replicas of a daemon connected now; 0 for an unknown daemon. */
size_t rpc_client_connected(const struct rpc_client *client, const char *daemon);

/* Waits until min replicas are connected; false when timeout_ms passed first.  For start-up. */
bool rpc_client_wait(struct rpc_client *client, const char *daemon, size_t min,
		     unsigned timeout_ms);

/* The request's body: a message that is packed straight into the frame, or bytes. */
struct rpc_body {
	const struct ProtobufCMessage *message; /* NULL: bytes */
	struct str bytes;
};

/*
 * Sends a call; done(result, arg) is called exactly once, usually on an nng
 * thread, on the calling thread when the call fails before it is sent.
 * method_id and service_token of header are filled in; deadline 0 becomes the
 * method's own.  Nothing that is passed in needs to live on.  Does not block.
 */
void rpc_send(struct rpc_client *client, const char *daemon, const struct rpc_method *method,
	      const struct rpc_header *header, struct rpc_body body, rpc_done done, void *arg);

/* Lets the calls of a corked client leave; for others it does nothing.  Any thread, does not block.
 */
void rpc_client_flush(struct rpc_client *client);

/* As rpc_send, and waits; flushes.  Never on an nng thread.  Free the result. */
struct rpc_result *rpc_call_blocking(struct rpc_client *client, const char *daemon,
				     const struct rpc_method *method,
				     const struct rpc_header *header, struct rpc_body body);

/* *result becomes NULL.  Any thread. */
void rpc_result_free(struct rpc_result **result);
