#include "tenant/grant.h"

struct ending {
	struct uuid id;
	struct q_grant_row *row;
};

static struct status find(struct rpc_call *call, void *arg)
{
	struct ending *ending = arg;

	TRY(q_grant_by_id(call->tx, ending->id, &ending->row));
	return ending->row ? OK : FAIL(NOT_FOUND, "GRANT_NOT_FOUND");
}

/* In the tenant whose log tells of it. */
static struct status end(struct rpc_call *call, void *arg)
{
	struct ending *ending = arg;
	struct q_grant_row *ended;

	TRY(q_end_grant(call->tx, ending->id, call->now, &ended));
	if (!ended)
		return OK;
	ending->row = ended;
	svc_emit(call, &(struct event_out){.action = "operator.access_ended",
					   .target_kind = "grant",
					   .target_id = ended->id});
	return OK;
}

struct status tenant_end_break_glass_grant(struct rpc_call *call,
					   const Tenant__EndBreakGlassGrantRequest *req,
					   Tenant__BreakGlassGrant *resp)
{
	struct ending ending = {};

	ending.id = pb_uuid(req->id);
	TRY(tx_run_as(call, (struct uuid){}, find, &ending));
	TRY(tx_run_as(call, ending.row->organization_id, end, &ending));
	return grant_show(call, ending.row, resp);
}
