#include "svc/kit/change.h"
#include "tenant/grant.h"

struct ending {
	struct uuid id;
	struct q_grant_row *row;
};

static struct status find(struct rpc_call *call, void *arg)
{
	struct ending *ending = arg;

	TRY(q_grant_by_id(call->tx, ending->id, &ending->row));
	return ending->row ? OK : FAIL(GRANT_NOT_FOUND);
}

/* In the tenant whose log tells of it. */
static struct status end(struct rpc_call *call, void *arg)
{
	struct ending *ending = arg;
	Tenant__BreakGlassGrant before = TENANT__BREAK_GLASS_GRANT__INIT;
	Tenant__BreakGlassGrant after = TENANT__BREAK_GLASS_GRANT__INIT;
	struct q_grant_row *ended, open;

	TRY(q_end_grant(call->tx, ending->id, call->now, &ended));
	if (!ended)
		return OK;
	ending->row = ended;
	/* The statement takes no grant that was ended before. */
	open = *ended;
	open.ended_at = NULL;
	TRY(grant_show(call, &open, &before));
	TRY(grant_show(call, ended, &after));
	return svc_emit_change(call, "operator.access_ended",
			       &(struct change_out){.resource = &tenant__break_glass_grant__info,
						    .before = &before,
						    .after = &after});
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
