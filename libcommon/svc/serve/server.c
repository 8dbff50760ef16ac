/*
 * Between nng and the dispatcher: a request is queued by the kind of its method,
 * a worker verifies, dispatches and answers it, and writes the access line.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rpc/server.h"
#include "rpc/trust.h"
#include "svc/internal.h"
#include "svc/serve/server.h"
#include "svc_core/deadline.h"
#include "svc_core/metrics.h"

struct arrival {
	struct svc_item item;
	struct rpc_request *request;
	struct svc_route *route;
};

static struct svc_pool *pool_of(struct svc *svc, const struct rpc_method *method)
{
	bool writes = method->policy.tx == RPC_TX_WRITE || method->policy.tx == RPC_TX_MANUAL;

	return writes ? svc->write_pool : svc->read_pool;
}

static void refuse(struct svc_route *route, struct svc_pool *pool, struct rpc_request *request)
{
	struct rpc_reply_header header = {
		.status = FAIL(OVERLOADED),
		.retry_after_ms = svc_pool_retry_after_ms(pool),
		.detail = "",
	};

	svc_count_call(route, STATUS_RESOURCE_EXHAUSTED,
		       instant_monotonic() - request->received_at);
	rpc_reply(request, &header, (struct str){});
}

/* On one of nng's threads: only looks up and queues. */
void svc_on_request(struct rpc_request *request, void *arg)
{
	struct svc *svc = arg;
	struct svc_route *route = svc_find_route(svc, request->header.method_id);
	struct arrival *arrival;
	struct svc_pool *pool;

	if (!route) {
		rpc_reply_status(request, FAIL(UNKNOWN_METHOD));
		return;
	}
	pool = pool_of(svc, route->method);
	arrival = malloc(sizeof *arrival);
	if (!arrival)
		abort();
	*arrival = (struct arrival){.request = request, .route = route};
	if (!svc_pool_push(pool, &arrival->item)) {
		free(arrival);
		refuse(route, pool, request);
	}
}

/* Expected refusals are the client's affair; only our own failures are errors. */
static enum log_level level_of(enum status_code code)
{
	switch (code) {
	case STATUS_INTERNAL:
	case STATUS_DATA_LOSS:
	case STATUS_UNKNOWN: return LOG_ERROR;
	case STATUS_UNAVAILABLE: return LOG_WARN;
	default: return LOG_INFO;
	}
}

static void log_access(const struct svc_worker *worker, const struct svc_request *request,
		       struct status st, instant waited, instant took)
{
	enum log_level level = level_of(st.code);
	struct uuid tenant =
		request->principal ? request->principal->tenant : request->envelope_tenant;
	char text[UUID_TEXT];

	if ((!worker->svc->access_log || request->route->is_quiet) && level == LOG_INFO)
		return;
	uuid_format(text, tenant);
	log_set_context(&(struct log_context){
		.request_id = request->request_id,
		.tenant = uuid_is_nil(tenant) ? NULL : text,
		.method = request->route->method->name,
	});
	LOG_AT(level, "call", KV("caller", request->caller), KV_STATUS(st),
	       KV("queue_us", (long long)waited), KV("us", (long long)took));
	log_set_context(NULL);
}

static void send_answer(struct rpc_request *request, const struct svc_answer *answer)
{
	struct rpc_reply_header header = {
		.status = answer->status,
		.fields = answer->errors.items,
		.n_fields = answer->errors.n,
		.retry_after_ms = answer->retry_after_ms,
		.detail = "",
	};

	if (answer->message)
		rpc_reply_message(request, &header, (const void *)answer->message);
	else
		rpc_reply(request, &header, answer->raw);
}

static const char *given(const char *s)
{
	return s && *s ? s : NULL;
}

/* Who asks, and what: what the dispatcher need not know of transport. */
static struct status verify(struct svc_worker *worker, const struct arrival *arrival,
			    struct svc_request *out)
{
	const struct rpc_request *request = arrival->request;
	const struct rpc_header *header = &request->header;

	*out = (struct svc_request){
		.route = arrival->route,
		.payload = request->payload,
		.caller = request->caller,
		.envelope_tenant = header->tenant,
		.deadline = header->deadline
				    ? header->deadline
				    : deadline_within(0, instant_now(),
						      arrival->route->method->policy.deadline_ms),
		.request_id = header->request_id,
		.traceparent = header->traceparent,
		.principal_bytes = header->principal,
		.client_addr = header->client_addr,
		.user_agent = header->user_agent,
		.accept_language = header->accept_language,
		.idempotency_key = given(header->idempotency_key),
	};
	return trust_verify_principal(worker->svc->trust, worker->envelope, request->caller,
				      header->principal, instant_now(), &out->principal);
}

void svc_work(void *state, struct svc_item *item)
{
	struct arrival *arrival = (struct arrival *)item;
	struct svc_worker *worker = state;
	struct svc_request request;
	struct svc_answer answer = {};
	instant begun = instant_monotonic(), took;

	answer.status = verify(worker, arrival, &request);
	if (is_ok(answer.status))
		svc_dispatch(worker, &request, &answer);
	took = instant_monotonic() - begun;
	svc_count_call(arrival->route, answer.status.code, took);
	/* The strings of the request end with the answer, and the log can wait. */
	request.request_id = arena_strdup(worker->envelope, request.request_id);
	request.caller = arena_strdup(worker->envelope, request.caller);
	send_answer(arrival->request, &answer);
	log_access(worker, &request, answer.status, begun - item->queued_at, took);
	svc_release(worker, arrival->route);
	free(arrival);
}

void svc_refuse(void *state, struct svc_item *item)
{
	struct arrival *arrival = (struct arrival *)item;
	struct svc_worker *worker = state;

	refuse(arrival->route, pool_of(worker->svc, arrival->route->method), arrival->request);
	free(arrival);
}
