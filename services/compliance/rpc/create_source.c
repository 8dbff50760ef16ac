#include "compliance/compliance.h"
#include "compliance/settings.h"
#include "http/loopback.h"
#include "svc/kit/change.h"

#define DAILY 86400

struct creation {
	const Compliance__Source *source;
	struct uuid only_tenant; /* nil: everybody */
	struct q_source_row *row;
	Compliance__Source *resp;
};

static struct status refuse_url(struct rpc_call *call, const char *field, const char *reason,
				const char *expected)
{
	(void)call_field_error(call, field, reason, expected);
	return FAIL(URL_NOT_ALLOWED);
}

/* A source on this machine, as the demo has one, is nothing for other organizations. */
static struct status check_url(struct rpc_call *call, const struct creation *creation)
{
	if (!url_is_loopback(creation->source->url))
		return strncmp(creation->source->url, "https://", 8) == 0
			       ? OK
			       : refuse_url(call, "source.url", "NOT_HTTPS",
					    "must begin with https://");
	if (!compliance_config.allow_http_loopback)
		return refuse_url(call, "source.url", "LOOPBACK",
				  "must not be on this machine: that is for the demo");
	if (uuid_is_nil(creation->only_tenant))
		return refuse_url(call, "source.only_tenant_id", "REQUIRED",
				  "must name an organization for a source on this machine");
	return OK;
}

static int32_t interval_of(const Compliance__Source *in)
{
	return in->_interval_seconds_case == COMPLIANCE__SOURCE___INTERVAL_SECONDS_INTERVAL_SECONDS
		       ? in->interval_seconds
		       : DAILY;
}

static struct status insert(struct rpc_call *call, void *arg)
{
	struct creation *creation = arg;
	const Compliance__Source *in = creation->source;

	TRY(q_insert_source(
		call->tx, &creation->row, .id = uuid_v7(call->now), .name = in->name,
		.kind = "leie_supplement", .url = in->url, .interval_seconds = interval_of(in),
		.only_tenant = uuid_is_nil(creation->only_tenant) ? NULL : &creation->only_tenant,
		.actor = call->principal->id, .now = call->now));
	TRY(q_source_fill(call->arena, creation->row, creation->resp));
	return svc_emit_change(call, "source.created",
			       &(struct change_out){.resource = &compliance__source__info,
						    .after = creation->resp});
}

struct status compliance_create_source(struct rpc_call *call,
				       const Compliance__CreateSourceRequest *req,
				       Compliance__Source *resp)
{
	struct creation creation = {.source = req->source,
				    .only_tenant = pb_uuid(req->source->only_tenant_id),
				    .resp = resp};

	TRY(check_url(call, &creation));
	return tx_run_as(call, svc_platform_tenant, insert, &creation);
}
