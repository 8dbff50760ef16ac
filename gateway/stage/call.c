/* The call to the daemon, and the daemon's message as the answer in JSON. */
#include <protobuf-c/protobuf-c.h>

#include "base/log.h"
#include "builtin/link_page.h"
#include "call.h"
#include "pbjson/pbjson.h"
#include "rpc/pb_arena.h"
#include "stage/precondition.h"

#define DEADLINE_MS 5000 /* of a method that names none */

/* A daemon's answer that breaks its own contract is our fault, told without its bytes. */
static void fail_answer(struct gw_call *call, const char *reason)
{
	log_error("an answer could not be written",
		  KV("method", route_method(call->route)->full_name), KV("reason", reason),
		  KV("request_id", call->request_id));
	gw_fail(call, FAIL(MALFORMED_REPLY), NULL);
}

static void refuse_reply(struct gw_call *call, const struct rpc_reply_header *header)
{
	struct rpc_reply_header told = *header;

	if (header->status.code == STATUS_UNAUTHENTICATED && call->credential)
		gw_count_refusal(call);
	if (call->expected_version && header->status.reason == REASON_VERSION_CONFLICT) {
		gw_fail(call, FAIL(PRECONDITION_FAILED), NULL);
		return;
	}
	for (size_t i = 0; i < header->n_fields; i++)
		field_errors_add(&call->errors, gw_name_in_body(call, header->fields[i].field),
				 header->fields[i].reason, header->fields[i].message);
	told.fields = call->errors.items;
	told.n_fields = call->errors.n;
	gw_fail_reply(call, &told);
}

static void on_reply(struct gw_call *call)
{
	const struct rpc_method *method = route_method(call->route);
	struct rpc_result *result = call->result;
	ProtobufCAllocator allocator = pb_arena_allocator(call->x->arena);
	struct strbuf json = strbuf_new(call->x->arena);
	ProtobufCMessage *message;
	struct status st;

	/* Whatever consumer says of the call, it has found the token's MAC right. */
	if (call->credential && result->header.status.code != STATUS_UNAUTHENTICATED &&
	    result->header.status.code != STATUS_UNAVAILABLE)
		call->credential->is_proven = true;
	if (is_failed(result->header.status)) {
		refuse_reply(call, &result->header);
		return;
	}
	if (method->policy.http_success == 204) {
		gw_answer_ok(call, 204, NULL, (struct str){});
		return;
	}
	message = protobuf_c_message_unpack(method->response->descriptor, &allocator,
					    result->payload.len,
					    (const uint8_t *)result->payload.ptr);
	if (!message) {
		fail_answer(call, "not its message");
		return;
	}
	if (call->answers_page) {
		gw_answer_ok(call, 200, "text/html; charset=utf-8", link_page_done(call));
		return;
	}
	call->etag = gw_etag_of(call, method->response, message);
	if (!gw_preconditions_hold(call, call->etag))
		return;
	if (call->route->response_body)
		st = pbjson_write_field(&json, method->response, message,
					call->route->response_body, NULL);
	else
		st = pbjson_write(&json, method->response, message, NULL);
	if (is_failed(st)) {
		fail_answer(call, reason_name(st.reason));
		return;
	}
	gw_answer_ok(call, method->policy.http_success ? method->policy.http_success : 200,
		     "application/json", strbuf_str(&json));
}

void gw_call_daemon(struct gw_call *call)
{
	const struct rpc_method *method = route_method(call->route);
	uint32_t deadline = method->policy.deadline_ms ? method->policy.deadline_ms : DEADLINE_MS;

	call->rpc_sent = true;
	gw_send(call, call->route->service->daemon, method,
		(struct rpc_body){.message = call->request}, deadline, on_reply);
}
