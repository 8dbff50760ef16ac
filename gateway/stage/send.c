/* Calls to daemons whose answers come back on the loop's thread. */
#include "base/utf8.h"
#include "call.h"

static void on_loop(struct edge_task *task)
{
	struct gw_call *call = (struct gw_call *)((char *)task - offsetof(struct gw_call, task));

	call->then(call);
}

/* On one of nng's threads: nothing but handing over. */
static void on_done(struct rpc_result *result, void *arg)
{
	struct gw_call *call = arg;

	call->result = result;
	edge_post(call->x->loop, &call->task);
}

/* Signed for the daemon of the route: what else is asked for the call is ours, but for the grant.
 */
static struct str principal_for(const struct gw_call *call, const struct rpc_method *method)
{
	if (method == route_method(call->route))
		return call->signed_principal;
	return method == call->loop->gw->methods.use_grant ? call->signed_for_grant
							   : (struct str){};
}

void gw_send(struct gw_call *call, const char *daemon, const struct rpc_method *method,
	     struct rpc_body body, uint32_t deadline_ms, void (*then)(struct gw_call *call))
{
	char traceparent[TRACEPARENT_TEXT];
	struct str agent = edge_head_field(&call->x->head, "user-agent");
	struct str languages = edge_head_field(&call->x->head, "accept-language");
	struct rpc_header header = {
		.request_id = call->request_id,
		.traceparent = traceparent,
		.deadline = instant_now() + MILLIS(deadline_ms),
		.principal = principal_for(call, method),
		.idempotency_key = call->idempotency_key ? call->idempotency_key : "",
		.client_addr = call->client.address,
		.user_agent = "",
		.accept_language = "",
	};

	if (call->loop->closed) {
		gw_fail_later(call, FAIL(SHUTTING_DOWN), NULL, 1000);
		return;
	}
	trace_format(traceparent, &call->trace);
	if (agent.len && agent.len <= 512 && utf8_is_valid(agent.ptr, agent.len))
		header.user_agent = str_dup(call->x->arena, agent);
	if (languages.len && languages.len <= 256 && utf8_is_valid(languages.ptr, languages.len))
		header.accept_language = str_dup(call->x->arena, languages);
	rpc_result_free(&call->result);
	call->then = then;
	call->task.run = on_loop;
	rpc_send(call->loop->gw->rpc, daemon, method, &header, body, on_done, call);
}
