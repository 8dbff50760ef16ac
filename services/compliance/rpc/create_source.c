#include "compliance/compliance.h"
#include "compliance/settings.h"

#define DAILY 86400

struct creation {
	const Compliance__CreateSourceRequest *req;
	struct q_source_row *row;
};

static struct status insert(struct rpc_call *call, void *arg)
{
	struct creation *creation = arg;
	const Compliance__CreateSourceRequest *req = creation->req;
	struct strbuf after = strbuf_new(call->arena);

	TRY(q_insert_source(call->tx, &creation->row, .id = uuid_v7(call->now), .name = req->name,
			    .kind = "leie_supplement", .url = req->url,
			    .interval_seconds =
				    req->interval_seconds ? req->interval_seconds : DAILY,
			    .actor = call->principal->id, .now = call->now));
	strbuf_add_c(&after, "{\"name\":");
	strbuf_add_json(&after, str_of(req->name));
	strbuf_add_char(&after, '}');
	svc_emit(call, &(struct event_out){.action = "source.created",
					   .target_kind = "source",
					   .target_id = creation->row->id,
					   .after = strbuf_str(&after)});
	return OK;
}

struct status compliance_create_source(struct rpc_call *call,
				       const Compliance__CreateSourceRequest *req,
				       Compliance__Source *resp)
{
	struct creation creation = {.req = req};

	if (!compliance_config.allow_http_loopback && strncmp(req->url, "https://", 8) != 0)
		return FAIL(INVALID_ARGUMENT, "URL_NOT_ALLOWED");
	TRY(tx_run_as(call, svc_platform_tenant, insert, &creation));
	source_to_proto(call->arena, creation.row, resp);
	return OK;
}
