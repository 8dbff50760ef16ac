#pragma once

/*
 * One replica of a peer: its connection (link.c), the calls that wait for an
 * answer on it, and what is known of its health.  Internal to the client.
 *
 * A call that was sent belongs to a slot; whoever takes it out – the answer, the
 * clock, the end of the connection, the client's end – has it alone.
 */
#include <nng/nng.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/status.h"
#include "rpc/channel.h"
#include "rpc/tls.h"

struct replica;
struct outgoing;

#define REPLICA_SLOTS_LOG2 10
#define REPLICA_SLOTS	   (1u << REPLICA_SLOTS_LOG2)

/* The number of a call on the channel is its slot and how often that was used before. */
struct call_slot {
	struct outgoing *call; /* NULL: free */
	uint32_t uses;
	uint32_t next_free;
};

enum link_state { LINK_PAUSE, LINK_DIALING, LINK_UP };

/* Dials, and dials again with growing pauses when the connection ends. */
struct link {
	nng_stream_dialer *dialer;
	nng_aio *aio;
	enum link_state state; /* of the aio's callback */
	uint32_t pause_ms;
	struct channel *ended; /* under the replica's lock: to be retired by the next callback */
};

enum probe_state { PROBE_IDLE, PROBE_PAUSE, PROBE_WAITING, PROBE_ANSWERED };

/* Pings an ejected replica with growing pauses until it answers. */
struct probe {
	nng_aio *aio;
	enum probe_state state; /* under the replica's lock */
	uint32_t pause_ms;
};

struct replica {
	char *url;
	const char *daemon;	      /* whose replica it is; the peer's */
	const char *secrets_dir;      /* where its user stands, NULL: not checked */
	bool corked;		      /* frames wait for replica_flush() */
	void (*on_change)(void *arg); /* the client's: connections changed */
	void *on_change_arg;

	atomic_bool connected;
	atomic_uint outstanding;
	atomic_uint failures; /* in a row */
	atomic_bool ejected;
	atomic_bool unflushed;
	atomic_llong draining_until; /* monotonic */
	atomic_llong restored_at;    /* monotonic: when it was last let in again */

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t ended;
	struct channel *channel; /* NULL when there is none */
	bool closing;
	struct call_slot slots[REPLICA_SLOTS];
	uint32_t first_free;
	bool clock_runs;

	nng_aio *clock; /* looks at deadlines while calls wait */
	struct link link;
	struct probe probe;
};

bool replica_is_connected(const struct replica *replica);

/* Dials in the background.  On failure the replica can be (and must be) closed. */
struct status replica_open(struct replica *replica, const char *url, const struct rpc_tls *tls);

/* Ends the calls that wait, as CLIENT_CLOSED; new ones may still come. */
void replica_abort(struct replica *replica);

/* Waits for every callback, closes the connection, frees all.  No call is in flight. */
void replica_close(struct replica *replica);

enum replica_sent { REPLICA_SENT, REPLICA_NOT_CONNECTED, REPLICA_BUSY };

/* Sent: the call is no longer the caller's.  Does not block. */
enum replica_sent replica_send(struct replica *replica, struct outgoing *call);
/* Of a corked replica: what was sent since leaves now. */
void replica_flush(struct replica *replica);
/* A frame that belongs to no slot; false without a connection. */
bool replica_send_ping(struct replica *replica);

/* An answer to a call or a ping came; on one of nng's threads. */
void replica_on_frame(struct replica *replica, uint32_t number, struct str body);
/* The connection ended: every call that waits has failed. */
void replica_fail_calls(struct replica *replica);

void replica_succeeded(struct replica *replica);
/* The RPC_EJECT_AFTER'th in a row ejects. */
void replica_failed(struct replica *replica);
void replica_is_draining(struct replica *replica);

/*
 * The one to call: of the connected, neither ejected nor draining ones the less
 * loaded of two taken at random; when there are none, of the connected ones;
 * NULL when nobody is connected.
 */
struct replica *replica_pick(struct replica *replicas, size_t n);
