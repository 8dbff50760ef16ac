#include "tenant/tenant.h"

struct status tenant_discard_tenant(struct rpc_call *call, const Tenant__DiscardTenantRequest *req,
				    Tenant__DiscardTenantResponse *resp)
{
	int64_t discarded;

	(void)req;
	(void)resp;
	TRY(q_discard_tenant(call->tx, call->principal->id, call->now, &discarded));
	if (!discarded)
		return OK;
	TRY(q_discard_members(call->tx, call->principal->id, call->now));
	TRY(q_delete_directory(call->tx, call->tenant));
	emit_tenant(call, "tenant.discarded", call->tenant, 0, (struct str){});
	return OK;
}
