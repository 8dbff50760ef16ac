/*
 * From a verified call to its answer: policy, deadline, scan, unpack, validate,
 * transaction, handler.  Knows no transport; server.c feeds it from nng, the
 * tests in process.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "contract/access.h"
#include "db/sqlstate.h"
#include "pbjson/pb_info.h"
#include "svc/internal.h"
#include "svc/policy.h"
#include "svc/standing.h"
#include "svc_core/deadline.h"
#include "svc_core/metrics.h"

#define IDEMPOTENCY_KEY_MAX 255

static const struct principal nobody = {.kind = PRINCIPAL_ANONYMOUS, .role = "", .label = ""};

instant svc_now(const struct svc *svc)
{
	instant frozen = atomic_load_explicit(&svc->frozen_now, memory_order_relaxed);

	return frozen ? frozen : instant_now();
}

/* An internal caller names the tenant in the envelope; a client has its own. */
static struct uuid tenant_of(const struct svc_request *request)
{
	const struct rpc_policy *policy = &request->route->method->policy;

	if (access_is_internal(policy, request->caller))
		return request->envelope_tenant;
	return policy->tenant == RPC_TENANT_NONE ? (struct uuid){} : request->principal->tenant;
}

static void fill_call(struct rpc_call *call, struct call_state *state, struct svc_worker *worker,
		      const struct svc_request *request)
{
	const struct rpc_method *method = request->route->method;

	*call = (struct rpc_call){
		.arena = worker->arena,
		.now = svc_now(worker->svc),
		.deadline = request->deadline,
		.tenant = tenant_of(request),
		.principal = request->principal ? request->principal : &nobody,
		.caller = request->caller,
		.request_id = request->request_id,
		.traceparent = request->traceparent,
		.client_addr = request->client_addr,
		.user_agent = request->user_agent,
		.accept_language = request->accept_language,
		.idempotency_key = method->policy.idempotency == RPC_IDEMPOTENCY_NONE
					   ? NULL
					   : request->idempotency_key,
		.method = method,
		.svc = worker->svc,
		.errors = {.arena = worker->arena},
		.internal = state,
	};
	*state = (struct call_state){.worker = worker, .request = request};
}

static struct status check_idempotency_key(const struct rpc_call *call)
{
	const char *key = call->idempotency_key;

	if (call->method->policy.idempotency == RPC_IDEMPOTENCY_REQUIRED && (!key || !*key))
		return FAIL(IDEMPOTENCY_KEY_REQUIRED);
	if (key && strlen(key) > IDEMPOTENCY_KEY_MAX)
		return FAIL(IDEMPOTENCY_KEY_INVALID);
	return OK;
}

static struct status check_call(struct rpc_call *call)
{
	const struct rpc_policy *policy = &call->method->policy;

	TRY(policy_check(policy, call->caller, call->principal, call->now));
	/* What another daemon asks on a client's behalf was let in there. */
	if (!access_is_internal(policy, call->caller))
		TRY(standing_check_caller(call));
	if (uuid_is_nil(call->tenant) && policy->tenant != RPC_TENANT_NONE &&
	    policy->tx != RPC_TX_NONE)
		return FAIL(NO_TENANT);
	return check_idempotency_key(call);
}

/* The request into the arena, looked over before and checked after. */
static struct status unpack(struct rpc_call *call, struct str payload,
			    const ProtobufCMessage **message)
{
	const struct rpc_method *method = call->method;

	if (method->scan)
		TRY(method->scan((const uint8_t *)payload.ptr, payload.len));
	*message = pb_unpack(call->arena, method->request->descriptor, payload);
	if (!*message)
		return FAIL(MALFORMED_MESSAGE);
	if (arena_is_exhausted(call->arena))
		return FAIL(MESSAGE_TOO_COMPLEX);
	if (method->validate)
		TRY(method->validate(*message, &call->errors));
	return OK;
}

/* The body of every transaction that the dispatcher opens itself. */
static struct status call_handler(struct rpc_call *call, void *arg)
{
	struct call_state *state = call_state(call);

	(void)arg;
	return state->request->route->handler(call, state->message, state->response);
}

static struct status run_handler(struct rpc_call *call)
{
	struct call_state *state = call_state(call);
	const struct rpc_policy *policy = &call->method->policy;

	switch (policy->tx) {
	case RPC_TX_NONE:
	case RPC_TX_MANUAL: return call_handler(call, NULL);
	case RPC_TX_ONE:
	case RPC_TX_READ:
	case RPC_TX_WRITE: break;
	}
	return svc_tx_attempt(call, state->worker->conn, policy->tx, call->tenant,
			      call->idempotency_key != NULL, call_handler, NULL);
}

static struct status attempt(struct rpc_call *call)
{
	struct call_state *state = call_state(call);
	const ProtobufCMessageDescriptor *response = call->method->response->descriptor;

	if (deadline_is_past(call->deadline, instant_now()))
		return FAIL(EXPIRED_IN_QUEUE);
	TRY(check_call(call));
	TRY(unpack(call, state->request->payload, &state->message));
	state->response = arena_alloc(call->arena, response->sizeof_message);
	protobuf_c_message_init(response, state->response);
	TRY(run_handler(call));
	if (arena_is_exhausted(call->arena))
		return FAIL(CALL_TOO_LARGE);
	return OK;
}

static void fill_answer(struct svc_answer *answer, const struct rpc_call *call, struct status st)
{
	const struct call_state *state = call_state(call);

	*answer = (struct svc_answer){
		.status = st,
		.message = state->response,
		.errors = call->errors,
		.retry_after_ms = call->retry_after_ms,
	};
	if (state->replayed)
		*answer = (struct svc_answer){.status = OK, .raw = state->replay};
	/* Nothing but a stored answer may end a call so. */
	else if (is_stopped(st))
		answer->status = FAIL(INTERNAL);
	if (is_failed(answer->status))
		answer->message = NULL;
}

void svc_dispatch(struct svc_worker *worker, const struct svc_request *request,
		  struct svc_answer *answer)
{
	const struct rpc_policy *policy = &request->route->method->policy;
	char tenant[UUID_TEXT];
	struct call_state state;
	struct rpc_call call;
	struct status st;

	for (int attempts = 1;; attempts++) {
		fill_call(&call, &state, worker, request);
		uuid_format(tenant, call.tenant);
		log_set_context(&(struct log_context){
			.request_id = request->request_id,
			.tenant = uuid_is_nil(call.tenant) ? NULL : tenant,
			.method = request->route->method->name,
		});
		st = attempt(&call);
		if (!db_is_serialization_failure(st) || attempts == SVC_TX_ATTEMPTS ||
		    policy->tx == RPC_TX_MANUAL)
			break;
		/* Nothing of the failed attempt is seen by the next. */
		metric_add(worker->svc->retries, 1);
		arena_reset(worker->arena, policy->has_secret);
	}
	if (is_ok(st) && call.idempotency_key && policy->tx == RPC_TX_MANUAL && !state.once_used)
		log_error("a method with idempotency did not use tx_run_once");
	fill_answer(answer, &call, st);
	/* The tenant's text is on this stack. */
	log_set_context(NULL);
}

void svc_release(struct svc_worker *worker, const struct svc_route *route)
{
	arena_reset(worker->arena, route->method->policy.has_secret);
	arena_reset(worker->envelope, false);
}
