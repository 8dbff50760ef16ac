#pragma once

/* What client.c (life, lookup), outgoing.c (one call) and replica.c share. */
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
	struct token_mint mint;
};

/*
 * One call from rpc_send() to rpc_result_free().  At any moment it belongs to
 * one replica's slot, to its timer or to the receiver of the result: no lock.
 */
struct outgoing {
	struct rpc_result result; /* first: the public part */
	struct rpc_client *client;
	struct peer *peer;
	bool retryable;
	instant deadline; /* monotonic */
	instant sent_at;  /* the replica's: monotonic */
	bool not_run;	  /* the replica's: nothing of it left */
	unsigned attempts;
	struct frame *frame; /* kept to be sent again, until there is an answer */
	struct arena *arena;
	nng_aio *timer; /* made at the first pause */
	rpc_done done;
	struct outgoing *next; /* in a list of its owner */
	struct outgoing *next_of_all;
};

struct rpc_client {
	struct peer *peers;
	size_t n_peers;
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

/* What a replica says of a call that it had; the call is its own again. */
void outgoing_answered(struct outgoing *call, struct replica *replica, struct str body);
void outgoing_broken(struct outgoing *call, bool not_run);
/* Its deadline passed, or it waited too long to be sent. */
void outgoing_late(struct outgoing *call, bool not_run);
