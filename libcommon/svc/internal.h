#pragma once

/*
 * Shared by the parts of libcommon/svc.  A daemon's code includes svc.h and
 * call.h only.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "svc/kit/pb.h"
#include "svc/serve/pool.h"
#include "svc/svc.h"

struct db_conn;
struct metric;
struct relay;
struct rpc_client;
struct rpc_server;
struct scheduler;
struct trust;

/* What one arena serves before the call is refused as too large. */
#define CALL_ARENA_CAP ((size_t)16 * 1024 * 1024)

#define SVC_PEERS_MAX 16

/* Metrics of one method; counters by code are made when first needed. */
struct method_metrics {
	struct metric *seconds;
	_Atomic(struct metric *) codes[17];
};

/* A method with what answers it. */
struct svc_route {
	const struct rpc_method *method;
	rpc_handler handler;
	struct method_metrics metrics;
	bool is_quiet; /* health and figures, asked every second: not in the access log */
};

struct svc_config;

struct svc {
	const struct svc_descriptor *descriptor;
	const struct svc_config *config;
	struct arena *arena; /* what lives as long as the daemon; used by the main thread only */
	struct keyring *keyring;
	struct service_keys *service_keys;
	void *state;

	struct svc_route *routes; /* own methods, then those of every daemon */
	size_t n_routes;

	struct svc_pool *read_pool;
	struct svc_pool *write_pool;
	struct trust *trust;
	struct rpc_server *server;
	struct rpc_client *client;

	struct relay *relay;
	struct scheduler *scheduler;
	struct standing *standing; /* who may not act, as last read */

	struct metric *retries;
	instant started_at;
	bool access_log;
	/* 0 outside tests: what call->now is set to. */
	_Atomic instant frozen_now;
};

/* What a worker thread owns. */
struct svc_worker {
	struct svc *svc;
	struct arena *envelope;	  /* header and principal of the call */
	struct arena *arena;	  /* everything else; fresh for each attempt */
	struct db_conn *conn;	  /* NULL when the daemon has no database */
	struct db_conn *platform; /* of job threads only: as aegis_<svc>_relay */
	struct uuid served;	  /* of job threads: whose job ran last, so that others follow */
};

/* A verified call: the sender is known, the principal's signature was checked. */
struct svc_request {
	const struct svc_route *route;
	struct str payload;
	const char *caller;
	const struct principal *principal;
	struct uuid envelope_tenant;
	instant deadline;
	const char *request_id;
	const char *traceparent;
	struct str principal_bytes; /* as signed, to forward */
	const char *client_addr;
	const char *user_agent;
	const char *accept_language;
	const char *idempotency_key; /* NULL when absent */
};

/* Lives in the worker's arenas until the answer is sent. */
struct svc_answer {
	struct status status;
	const ProtobufCMessage *message; /* when OK and not raw */
	struct str raw;			 /* a stored answer */
	struct field_errors errors;
	uint32_t retry_after_ms;
};

struct outbox_row {
	struct uuid id;
	const char *topic;
	const char *subscriber;
	struct str payload;
};

/* call->internal */
struct call_state {
	struct svc_worker *worker;
	const struct svc_request *request; /* NULL for jobs */
	const struct svc_job_run *job;
	ProtobufCMessage *response;
	const ProtobufCMessage *message; /* the unpacked request */
	struct outbox_row *events;
	size_t n_events;
	bool said_too_much; /* emitted what the contract does not let the daemon say */
	bool job_added;
	bool job_finished;
	bool replayed;
	struct str replay;
	bool once_used;
};

static inline struct call_state *call_state(const struct rpc_call *call)
{
	return call->internal;
}

instant svc_now(const struct svc *svc);

/* serve/dispatch.c: checks, unpacks, runs, with retries; never fails to answer. */
void svc_dispatch(struct svc_worker *worker, const struct svc_request *request,
		  struct svc_answer *answer);

/* When the answer has left: forgets the call, and wipes what had secrets. */
void svc_release(struct svc_worker *worker, const struct svc_route *route);

/* serve/routes.c */
void svc_build_routes(struct svc *svc);
struct svc_route *svc_find_route(struct svc *svc, uint32_t method_id);
void svc_count_call(struct svc_route *route, enum status_code code, instant us);

/*
 * serve/worker.c: arenas and unopened connections, one of aegis_<svc>, with platform one
 * of aegis_<svc>_relay too.
 */
struct svc_worker *svc_worker_new(struct svc *svc, bool platform);
void svc_worker_free(struct svc_worker **worker);
struct db_conn *svc_connect(struct svc *svc, bool platform);

/* serve/tx.c: one attempt; with once the idempotency record is kept in it. */
struct status svc_tx_attempt(struct rpc_call *call, struct db_conn *conn, enum rpc_tx kind,
			     struct uuid tenant, bool once, svc_tx_fn fn, void *arg);
#define SVC_TX_ATTEMPTS 3

/* What runs in a transaction; once: and its idempotency record is kept in it. */
struct svc_body {
	svc_tx_fn fn;
	void *arg;
	bool once;
	svc_tx_fn ask; /* once: queues questions beside those about the key; may be NULL */
};

/* serve/idempotency.c: the body inside the open transaction, at most once for the call's key. */
struct status idempotency_run(struct rpc_call *call, const struct svc_body *body);

/* background/outbox.c: queues the buffered events behind the handler's last statement. */
struct status outbox_flush(struct rpc_call *call);

/* background/relay.c, background/jobs.c: something to look at was committed. */
void relay_hint(struct relay *relay, const char *subscriber);
void scheduler_hint(struct scheduler *scheduler);

/* background/deliver.c: the method by which events arrive, at every daemon. */
const struct rpc_method *svc_deliver_method(void);
