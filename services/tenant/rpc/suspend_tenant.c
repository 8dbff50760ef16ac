#include "tenant/standing.h"

struct change {
	const char *status;
	const char *action;
	const char *reason;
	struct q_tenant_row *row;
};

static struct status change_status(struct rpc_call *call, void *arg)
{
	struct change *change = arg;
	struct q_tenant_row *old, *row;

	TRY(q_lock_tenant(call->tx, &old));
	if (!old)
		return FAIL(TENANT_NOT_FOUND);
	TRY(q_update_tenant_status(call->tx, change->status, call->principal->id, call->now, &row));
	change->row = row;
	if (!row)
		return FAIL(TENANT_NOT_FOUND);
	TRY(q_update_directory(call->tx, row->tenant_id, row->name, row->status));
	return standing_change(call, change->action, old, row, change->reason);
}

struct status set_tenant_status(struct rpc_call *call, const char *id, const char *status,
				const char *action, const char *reason, Tenant__Tenant *resp)
{
	struct change change = {.status = status, .action = action, .reason = reason};
	struct uuid tenant = pb_uuid(id);

	TRY(tx_run_as(call, tenant, change_status, &change));
	standing_push(call, change.row);
	return q_tenant_fill(call->arena, change.row, resp);
}

struct status tenant_suspend_tenant(struct rpc_call *call, const Tenant__SuspendTenantRequest *req,
				    Tenant__Tenant *resp)
{
	return set_tenant_status(call, req->id, "suspended", "tenant.suspended", req->reason, resp);
}
