#include "tenant/tenant.h"

struct status tenant_get_tenant(struct rpc_call *call, const Tenant__GetTenantRequest *req,
				Tenant__Tenant *resp)
{
	struct q_tenant_row *row;
	struct uuid id = {};

	/* An administrator names it by the path, a daemon in the envelope, too. */
	if (!uuid_parse(str_of(req->tenant_id), &id) || !uuid_eq(id, call->tenant))
		return FAIL(TENANT_NOT_FOUND);
	TRY(q_current_tenant(call->tx, &row));
	if (!row)
		return FAIL(TENANT_NOT_FOUND);
	return q_tenant_fill(call->arena, row, resp);
}
