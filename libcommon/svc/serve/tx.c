/*
 * Transactions of calls and jobs: the tenant is set, the body runs, what it
 * emitted leaves with the commit.  Serialization failures re-run the body.
 */
#include <stdlib.h>

#include "db/tx.h"
#include "svc/internal.h"

const struct uuid svc_platform_tenant = {{0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}};

struct attempt {
	struct rpc_call *call;
	const struct svc_body *body;
};

static struct status run_body(struct rpc_call *call, const struct svc_body *body)
{
	if (body->once && call->idempotency_key) {
		TRY(idempotency_run(call, body));
	} else {
		if (body->ask)
			TRY(body->ask(call, body->arg));
		TRY(body->fn(call, body->arg));
	}
	if (arena_is_exhausted(call->arena))
		return FAIL(CALL_TOO_LARGE);
	return outbox_flush(call);
}

static struct status in_transaction(struct tx *tx, void *arg)
{
	struct attempt *attempt = arg;
	struct rpc_call *call = attempt->call;
	struct call_state *state = call_state(call);
	struct status st;

	call->tx = tx;
	/* Not grown from the last transaction's: the call may have another arena by now. */
	state->events = NULL;
	state->n_events = 0;
	state->job_added = false;
	st = run_body(call, attempt->body);
	call->tx = NULL;
	return st;
}

static enum db_kind kind_of(enum rpc_tx tx)
{
	return tx == RPC_TX_ONE ? DB_ONE : tx == RPC_TX_READ ? DB_READ : DB_WRITE;
}

static struct status try_body(struct rpc_call *call, struct db_conn *conn, enum rpc_tx kind,
			      struct uuid tenant, const struct svc_body *body)
{
	struct call_state *state = call_state(call);
	struct attempt attempt = {call, body};
	struct db_tx how = {
		.kind = kind_of(kind),
		.tenant = tenant,
		.arena = call->arena,
		.deadline = call->deadline,
		.serializable = call->method && call->method->policy.serializable,
	};
	struct uuid outer = call->tenant;
	struct status st;

	/* A nested transaction would wait for itself on another connection. */
	if (call->tx || !conn)
		abort();
	call->tenant = tenant;
	st = db_run(conn, &how, in_transaction, &attempt);
	call->tenant = outer;
	/* Only the lanes that have something: the others would ask the database for nothing. */
	for (size_t i = 0; is_ok(st) && i < state->n_events; i++)
		relay_hint(call->svc->relay, state->events[i].subscriber);
	if (is_ok(st) && state->job_added)
		scheduler_hint(call->svc->scheduler);
	state->n_events = 0;
	return st;
}

struct status svc_tx_attempt(struct rpc_call *call, struct db_conn *conn, enum rpc_tx kind,
			     struct uuid tenant, bool once, svc_tx_fn fn, void *arg)
{
	return try_body(call, conn, kind, tenant,
			&(struct svc_body){.fn = fn, .arg = arg, .once = once});
}

static struct status run(struct rpc_call *call, struct db_conn *conn, struct uuid tenant,
			 const struct svc_body *body)
{
	struct status st;
	int attempts = 0;

	do {
		st = try_body(call, conn, RPC_TX_WRITE, tenant, body);
	} while (db_is_serialization_failure(st) && ++attempts < SVC_TX_ATTEMPTS);
	return st;
}

struct status tx_run(struct rpc_call *call, svc_tx_fn fn, void *arg)
{
	return tx_run_as(call, call->tenant, fn, arg);
}

struct status tx_run_as(struct rpc_call *call, struct uuid tenant, svc_tx_fn fn, void *arg)
{
	return run(call, call_state(call)->worker->conn, tenant,
		   &(struct svc_body){.fn = fn, .arg = arg});
}

struct status tx_run_platform(struct rpc_call *call, svc_tx_fn fn, void *arg)
{
	return run(call, call_state(call)->worker->platform, (struct uuid){},
		   &(struct svc_body){.fn = fn, .arg = arg});
}

struct status tx_run_once(struct rpc_call *call, svc_tx_fn fn, void *arg)
{
	return tx_run_once_asking(call, NULL, fn, arg);
}

struct status tx_run_once_asking(struct rpc_call *call, svc_tx_fn ask, svc_tx_fn fn, void *arg)
{
	struct call_state *state = call_state(call);

	state->once_used = true;
	return run(call, state->worker->conn, call->tenant,
		   &(struct svc_body){.fn = fn, .arg = arg, .once = true, .ask = ask});
}
