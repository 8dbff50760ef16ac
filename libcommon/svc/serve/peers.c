#include "svc/serve/peers.h"

#include <stdlib.h>
#include <string.h>

#include "pbjson/pb_info.h"
#include "rpc/client.h"
#include "svc/config.h"
#include "svc/internal.h"
#include "svc_core/deadline.h"

bool svc_has_peer(const struct svc *svc, const char *daemon)
{
	return strcmp(daemon, svc->descriptor->name) == 0 ||
	       cfg_map_get(&svc->config->peer, daemon);
}

static void copy_errors(struct field_errors *errors, const struct rpc_reply_header *header)
{
	for (size_t i = 0; errors && i < header->n_fields; i++)
		field_errors_add(errors, header->fields[i].field,
				 arena_strdup(errors->arena, header->fields[i].reason),
				 header->fields[i].message);
}

static struct status take_result(const struct peer_call *call, const struct rpc_result *result,
				 void **response)
{
	struct status st = result->header.status;

	if (is_failed(st)) {
		copy_errors(call->errors, &result->header);
		return st;
	}
	*response = pb_unpack(call->arena, call->method->response->descriptor, result->payload);
	return *response ? OK : FAIL(MALFORMED_RESPONSE);
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

struct status peer_call_run(struct svc *svc, const struct peer_call *call,
			    const struct ProtobufCMessage *request, void **response)
{
	struct rpc_header header = {
		.request_id = or_empty(call->request_id),
		.traceparent = or_empty(call->traceparent),
		.deadline = call->deadline,
		.principal = call->principal,
		.tenant = call->tenant,
		.idempotency_key = "",
		.client_addr = or_empty(call->client_addr),
		.user_agent = or_empty(call->user_agent),
		.accept_language = or_empty(call->accept_language),
	};
	struct rpc_result *result =
		rpc_call_blocking(svc->client, call->daemon, call->method, &header,
				  (struct rpc_body){.message = request});
	struct status st = take_result(call, result, response);

	rpc_result_free(&result);
	return st;
}

struct status rpc_call_out(struct rpc_call *call, const struct rpc_service *service,
			   const struct rpc_method *method, const void *req, void **resp)
{
	const struct call_state *state = call_state(call);
	struct peer_call out = {
		.daemon = service->daemon,
		.method = method,
		.arena = call->arena,
		.deadline =
			deadline_within(call->deadline, instant_now(), method->policy.deadline_ms),
		.tenant = call->tenant,
		.principal = state->request ? state->request->principal_bytes : (struct str){},
		.request_id = call->request_id,
		.traceparent = call->traceparent,
		.client_addr = call->client_addr,
		.user_agent = call->user_agent,
		.accept_language = call->accept_language,
		.errors = &call->errors,
	};

	/* A transaction would stay open as long as the other daemon pleases. */
	if (call->tx)
		abort();
	return peer_call_run(call->svc, &out, req, resp);
}
