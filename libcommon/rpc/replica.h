#pragma once

/*
 * One replica of a peer: its REQ socket, its lanes (a context and an aio each,
 * one call at a time), and what is known of its health.  Internal to the client.
 */
#include <nng/nng.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/status.h"
#include "rpc/tls.h"

struct replica;
struct outgoing;

enum lane_state { LANE_SENDING, LANE_RECEIVING };

struct lane {
	struct replica *replica;
	struct outgoing *call;
	nng_ctx ctx;
	nng_aio *aio;
	enum lane_state state;
	struct lane *next;
	struct lane *next_of_all;
};

enum probe_state { PROBE_IDLE, PROBE_PAUSE, PROBE_SENDING, PROBE_RECEIVING };

/* Pings an ejected replica with growing pauses until it answers. */
struct probe {
	nng_ctx ctx;
	nng_aio *aio;
	enum probe_state state; /* belongs to the aio's callback once started */
	uint32_t pause_ms;
};

struct replica {
	char *url;
	nng_socket socket;
	bool is_open;
	void (*on_lane)(void *lane); /* the client's: an aio of a lane completed */
	void (*on_pipe)(void *arg);  /* the client's: connections changed */
	void *on_pipe_arg;

	atomic_int pipe; /* id of the connection, 0 when there is none */
	atomic_uint outstanding;
	atomic_uint failures; /* in a row */
	atomic_bool ejected;
	atomic_llong draining_until; /* monotonic */
	atomic_llong restored_at;    /* monotonic: when it was last let in again */

	pthread_mutex_t lock; /* of the lanes */
	struct lane *free_lanes;
	struct lane *all_lanes;
	unsigned n_lanes;

	struct probe probe;
};

bool replica_is_connected(const struct replica *replica);

/* Dials in the background.  On failure the replica can be (and must be) closed. */
struct status replica_open(struct replica *replica, const char *url, const struct rpc_tls *tls);

/* Ends what is pending in the lanes; new operations may still begin. */
void replica_abort(struct replica *replica);

/*
 * Waits for every callback, closes the socket, frees all.  No call is in flight
 * and no thread is sending: nng 1.5.2 frees a socket under a thread that is about
 * to return from nng_ctx_send().
 */
void replica_close(struct replica *replica);

/* A lane for one call, NULL when RPC_REPLICA_CALLS are in flight. */
struct lane *replica_take_lane(struct replica *replica);
void replica_return_lane(struct lane *lane);

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
