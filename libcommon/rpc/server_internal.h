#pragma once

/* What server.c (life, listening) and server_conn.c (connections, requests) share. */
#include <nng/nng.h>
#include <pthread.h>
#include <stdatomic.h>

#include "rpc/channel.h"
#include "rpc/server.h"

struct conn;

/* A request from its arrival to its answer; belongs to whoever holds it. */
struct slot {
	struct rpc_request request; /* first: the public part */
	struct conn *conn;
	uint32_t call;
	struct arena *arena;
	struct slot *next_free;
};

/* A caller's connection; lives as long as its channel. */
struct conn {
	struct rpc_server *server;
	struct channel *channel;
	struct conn *prev, *next;    /* in server->conns, or the dead ones */
	unsigned uid;		     /* of the process at the other end, peer_uid.h */
	char vouched[KEY_NAME_TEXT]; /* the daemon that a process of that user may be */
};

enum accept_state { ACCEPT_WAITING, ACCEPT_PAUSE };

struct listening {
	struct rpc_server *server;
	nng_stream_listener *listener;
	nng_aio *aio;
	enum accept_state state;
};

struct rpc_server {
	struct rpc_server_config config;
	struct listening *listenings;
	size_t n_listenings;
	size_t max_requests;
	atomic_bool draining;
	atomic_size_t in_flight; /* requests whose answers have not left */
	nng_aio *reaper;	 /* retires dead connections */

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	bool closing;
	struct conn *conns;
	struct conn *dead;
	size_t n_conns; /* both */
	bool reaping;
	struct slot *free_slots;
	size_t n_free_slots;
};

/* Takes the stream; false when there are too many. */
bool conn_open(struct rpc_server *server, nng_stream *stream);
/* The reaper's callback. */
void conn_reap(void *server);
/* Ends all connections and waits until they are retired. */
void conn_end_all(struct rpc_server *server);
void slot_free_all(struct rpc_server *server);
/* An answer has left, or never will. */
void request_is_over(struct rpc_server *server, size_t n);
