#pragma once

/* What client.c (life, lookup) and outgoing.c (one call) share. */
#include <nng/nng.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "rpc/client.h"
#include "rpc/replica.h"
#include "rpc/throttle.h"
#include "rpc/token_mint.h"

struct peer {
	char *daemon;
	struct replica *replicas;
	size_t n_replicas;
	struct throttle throttle;
};

/*
 * One call from rpc_send() to rpc_result_free().  At any moment it belongs to
 * one aio (a lane's, its timer) or to the receiver of the result: no lock.
 */
struct outgoing {
	struct rpc_result result; /* first: the public part */
	struct rpc_client *client;
	struct peer *peer;
	bool retryable;
	instant deadline; /* monotonic */
	unsigned attempts;
	nng_msg *request; /* to be sent, or kept to be sent again; NULL when it is gone */
	nng_msg *reply;
	struct arena *arena;
	nng_aio *timer; /* made at the first pause */
	rpc_done done;
	struct outgoing *next_free;
	struct outgoing *next_of_all;
};

struct rpc_client {
	struct peer *peers;
	size_t n_peers;
	struct token_mint mint;
	atomic_bool closing;

	pthread_mutex_t lock; /* of the calls, with changed */
	pthread_cond_t changed;
	struct outgoing *free_calls;
	struct outgoing *all_calls;
	size_t n_live; /* calls that are not in free_calls */
};

/* NULL when no such peer is configured. */
struct peer *client_peer(const struct rpc_client *client, const char *daemon);

struct outgoing *outgoing_take(struct rpc_client *client);
void outgoing_return(struct outgoing *call);
void outgoing_free(struct outgoing *call);

/* Picks a replica and sends; ends in the callback. */
void outgoing_attempt(struct outgoing *call);
void outgoing_finish(struct outgoing *call, struct status status, bool not_run);
/* The aio callback of every lane. */
void outgoing_on_lane(void *lane);
