#include "svc/kit/details.h"
#include "tenant/grant.h"

struct use {
	const Tenant__UseBreakGlassGrantRequest *req;
	struct uuid tenant;
	struct q_grant_row *grant;
};

/* The entry is committed before the call is made, so nothing is done that the tenant cannot see. */
static struct status note_use(struct rpc_call *call, void *arg)
{
	struct use *use = arg;
	struct details after = details_new(call->arena);

	TRY(q_open_grant(call->tx, use->tenant, call->principal->id, call->now, &use->grant));
	if (!use->grant)
		return FAIL(GRANT_REQUIRED);
	details_text(&after, "call", use->req->method);
	details_text(&after, "path", use->req->path);
	svc_emit(call, &(struct event_out){.action = "operator.acted",
					   .target_kind = tenant__break_glass_grant__info.kind,
					   .target_id = use->grant->id,
					   .after = details_end(&after)});
	return OK;
}

struct status tenant_use_break_glass_grant(struct rpc_call *call,
					   const Tenant__UseBreakGlassGrantRequest *req,
					   Tenant__UseBreakGlassGrantResponse *resp)
{
	struct use use = {.req = req};

	if (call->principal->kind != PRINCIPAL_ADMIN)
		return FAIL(GRANT_REQUIRED);
	use.tenant = pb_uuid(req->tenant_id);
	TRY(tx_run_as(call, use.tenant, note_use, &use));
	resp->grant_id = uuid_text(call->arena, use.grant->id);
	return OK;
}
