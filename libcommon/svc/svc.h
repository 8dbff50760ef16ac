#pragma once

/*
 * What a daemon is made of.  Its main.c holds one const descriptor and hands it
 * to svc_main(); everything else of a daemon's life is here: configuration,
 * keys, database connections, the rpc server, the pools, events, jobs, health.
 *
 *   static const struct svc_descriptor tenant = {
 *           .name = "tenant",
 *           .purpose = "tenants, members, invitations, settings",
 *           .service = &tenant_service,
 *           .handlers = &tenant_handlers,
 *           .queries = &tenant_queries,
 *           .constraints = tenant_constraints,
 *   };
 *
 *   int main(int argc, char **argv) { return svc_main(&tenant, argc, argv); }
 */
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "cfg/cfg.h"
#include "crypto/keyring.h"
#include "svc/call.h"

struct db_catalogue;
struct db_constraint_map;
struct keyring;
struct service_keys;
struct svc;
struct svc_job_run;
struct Event__Event;

/*
 * A kind of work that must get done: leased, attempted until it succeeds, visible
 * in aegisctl jobs.  run is given a call with the job's tenant (nil for periodic
 * ones) and no open transaction: it calls tx_run() as a MANUAL handler does, may
 * call other daemons, and must bear being run twice (see svc_job_done()).
 */
struct svc_job {
	const char *kind; /* "provision": unique in the daemon */
	struct status (*run)(struct rpc_call *call, const struct svc_job_run *job);
	int64_t every_s;       /* 0: queued by svc_job_add(); else run so often by one replica */
	int64_t lease_s;       /* longest run; default 60 */
	uint32_t max_attempts; /* then it is dead and shown; default 20, periodic: no limit */
	int64_t backoff_ms;    /* first wait, doubled up to an hour; default 1000 */
	/* Runs for a tenant that may not act, too; others are kept until it may (svc/standing.h).
	 */
	bool while_suspended;
	/*
	 * At most this many run at once for one tenant, and one less than there are threads,
	 * so that work which hangs leaves threads to the others; 0: no bound.  Exact within a
	 * replica; two replicas that claim in the same instant may pass it by one each.
	 */
	uint32_t at_once;
	/* Whether queued jobs of this kind are to be claimed now; NULL: always.  Must not block. */
	bool (*is_ready)(const struct svc *svc, instant now);
};

/* One run of a job. */
struct svc_job_run {
	const struct svc_job *job;
	struct uuid id;	    /* nil for periodic jobs */
	struct str payload; /* as svc_job_add() was given it */
	uint32_t attempt;   /* from 1 */
	int64_t fence;	    /* grows with every lease: pass it on to what must not go backwards */
};

/*
 * Which events a daemon takes.  topic is a name of the event contract, an action
 * ("program.created"), or "*" for every one.  The handler runs in the transaction
 * that also notes the event as taken; an error leaves it to be delivered again,
 * later.  With on_batch all fresh events of one tenant come in one call.
 */
struct svc_subscription {
	const char *topic;
	struct status (*on_event)(struct rpc_call *call, const struct Event__Event *event);
	struct status (*on_batch)(struct rpc_call *call, const struct Event__Event *const *events,
				  size_t n);
};

/*
 * In a subscription's handler: the principal that the gateway signed for the call in
 * which the event was emitted, with what it was allowed then; in call->arena.  NULL
 * when no person or key asked.
 */
const struct principal *svc_event_principal(struct rpc_call *call,
					    const struct Event__Event *event);

/* A key of the daemon's own keyring, made at the first start. */
struct svc_key {
	const char *purpose;
	enum key_kind kind;
};

struct svc_descriptor {
	const char *name;    /* "tenant" */
	const char *purpose; /* one line for --help */
	const struct rpc_service *service;
	const struct rpc_handler_table *handlers;
	const char *schema;		    /* NULL: the name; its role is aegis_<schema> */
	const struct db_catalogue *queries; /* NULL: the daemon has no database */
	/* Statements over all tenants, for tx_run_platform(); NULL when there are none. */
	const struct db_catalogue *platform_queries;
	const struct db_constraint_map *constraints;
	const struct svc_job *jobs;
	size_t n_jobs;
	const struct svc_subscription *subscriptions;
	size_t n_subscriptions;
	const struct svc_key *keys;
	size_t n_keys;
	int read_conns;	 /* default 2; the configuration may say otherwise */
	int write_conns; /* default 4; consumer and audit 8 */
	unsigned needs;	 /* enum sandbox_need (svc_core/sandbox.h): what few daemons do */
	/* Settings of its own (cfg/cfg.h), filled before start; may be empty. */
	struct cfg_group settings;
	/* After keys, before the first call; an error ends the process. */
	struct status (*start)(struct svc *svc);
	/* After the last call. */
	void (*stop)(struct svc *svc);
};

/* The whole life of a daemon; returns its exit code (0, 64, 78, or 1 with a log line why). */
int svc_main(const struct svc_descriptor *descriptor, int argc, char **argv);

/* For start and handlers (call->svc). */
const struct keyring *svc_keyring(const struct svc *svc);
const struct service_keys *svc_service_keys(const struct svc *svc);
/* The Redis it may use: url is "" when there is none, user and password may be "". */
struct svc_redis {
	const char *url;
	const char *user;
	const char *password;
	const char *password_file; /* NULL without a user */
};
struct svc_redis svc_redis(const struct svc *svc, struct arena *arena);
const char *svc_secrets_dir(const struct svc *svc);
/* The daemon's own state, set by start. */
void svc_set_state(struct svc *svc, void *state);
void *svc_state(const struct svc *svc);

/* A transaction's body; errors roll it back. */
typedef struct status (*svc_tx_fn)(struct rpc_call *call, void *arg);

/*
 * One transaction of a MANUAL method or a job: call->tx is set while fn runs.
 * The tenant is the call's, or the one given (nil: none, for reference and
 * platform tables).  Serialization failures re-run fn, at most three times, so
 * fn changes nothing outside the transaction.  Emitted events leave with the
 * commit.  Never nested (aborts).
 */
struct status tx_run(struct rpc_call *call, svc_tx_fn fn, void *arg);
struct status tx_run_as(struct rpc_call *call, struct uuid tenant, svc_tx_fn fn, void *arg);
/*
 * As tx_run, on a connection of aegis_<svc>_relay, for work over all tenants that
 * the service's policies open to that role.  Jobs only (aborts elsewhere).
 */
struct status tx_run_platform(struct rpc_call *call, svc_tx_fn fn, void *arg);
/*
 * The transaction that is the effect of a MANUAL method with idempotency: the
 * response must be complete when fn returns, for it is stored with the effect.
 * A repeated call never reaches fn: the status is then passed up unchanged and
 * the dispatcher sends the stored answer.  Where the key is optional and the call
 * brought none, fn runs as in tx_run().
 */
struct status tx_run_once(struct rpc_call *call, svc_tx_fn fn, void *arg);
/*
 * The same in one round trip less for an fn that begins with questions: ask queues
 * them (q_*_ask), they leave with those about the key, and fn takes their rows.
 * ask runs before it is known whether fn will: it only asks, and writes nothing.
 */
struct status tx_run_once_asking(struct rpc_call *call, svc_tx_fn ask, svc_tx_fn fn, void *arg);

/*
 * Something happened.  Buffered in the call; every subscriber's copy is written
 * to the outbox in the flush of the commit, or not at all.  Only inside an open
 * transaction of a tenant, or with tenant set to the platform's.  The actor is
 * the call's principal, proven by the gateway's signature, or else the daemon
 * itself.  An action or a topic that the contract does not let the daemon publish
 * fails the transaction: INTERNAL/EVENT_NOT_DECLARED.  Copies what it is given.
 */
struct event_out {
	const char *action; /* "program.created" */
	const char *target_kind;
	struct uuid target_id;
	int64_t target_version; /* 0 when it has none */
	struct str before;	/* JSON, may be empty; no protected values */
	struct str after;
	const char *outcome; /* NULL: "success" */
	/* One of the event contract's topic messages and its payload_case, or NULL. */
	int payload_case;
	const void *payload;
};

void svc_emit(struct rpc_call *call, const struct event_out *event);

/* The tenant of events that belong to no tenant. */
extern const struct uuid svc_platform_tenant;

/*
 * Queues a job of the call's tenant in its open transaction: it runs after the
 * commit, not before run_at (0: at once).  id may be fixed by the caller so that
 * repeating queues it once; nil gives it a new one.  A dead job of the same id begins
 * again.
 */
enum job_class {
	JOB_NORMAL = 0,
	JOB_URGENT, /* before normal ones of every tenant: a person waits */
	JOB_BULK,   /* behind normal ones */
};

struct job_out {
	const char *kind;
	struct uuid id;
	struct str payload;
	instant run_at;
	enum job_class class;
};

struct status svc_job_add(struct rpc_call *call, const struct job_out *job);

/*
 * Inside a transaction of the running job: the job ends with this commit, so its
 * effect happens exactly once.  ABORTED/LEASE_LOST (at once or at the commit)
 * when another replica has taken it over.  Without it the job ends after run().
 */
struct status svc_job_done(struct rpc_call *call);

/*
 * Inside a transaction of the running job, instead of svc_job_done(): with this commit
 * the job waits until run_at and then runs again.  It has not failed: its attempts begin
 * anew, and nothing is logged.  ABORTED/LEASE_LOST as above.
 */
struct status svc_job_again(struct rpc_call *call, instant run_at);

/*
 * A call to another daemon, for the generated stubs: forwards principal, request
 * id and trace, with the caller's remaining time or the method's deadline,
 * whichever is shorter.  The response lives in call->arena.  Blocks; never inside
 * an open transaction (aborts).  The peer's status, with its field errors added
 * to the call's, or UNAVAILABLE/NO_CONNECTION, DEADLINE_EXCEEDED/….
 */
struct status rpc_call_out(struct rpc_call *call, const struct rpc_service *service,
			   const struct rpc_method *method, const void *req, void **resp);
