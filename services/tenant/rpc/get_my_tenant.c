#include "tenant/tenant.h"

struct status tenant_get_my_tenant(struct rpc_call *call, const Tenant__GetMyTenantRequest *req,
				   Tenant__Tenant *resp)
{
	struct q_tenant_row *row;

	(void)req;
	TRY(q_current_tenant(call->tx, &row));
	if (!row)
		return FAIL(TENANT_NOT_FOUND);
	return q_tenant_fill(call->arena, row, resp);
}
