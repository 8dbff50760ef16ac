#include "tenant/tenant.h"

struct status tenant_get_my_tenant_stats(struct rpc_call *call,
					 const Tenant__GetMyTenantStatsRequest *req,
					 Tenant__TenantStats *resp)
{
	struct q_stats_row *row;

	(void)req;
	TRY(q_tenant_stats(call->tx, &row));
	return q_stats_fill(call->arena, row, resp);
}
