#include "svc/kit/change.h"
#include "tenant/tenant.h"

struct status tenant_discard_tenant(struct rpc_call *call, const Tenant__DiscardTenantRequest *req,
				    Tenant__DiscardTenantResponse *resp)
{
	Tenant__Tenant before = TENANT__TENANT__INIT;
	struct q_tenant_row *old;

	(void)req;
	(void)resp;
	TRY(q_lock_tenant(call->tx, &old));
	if (!old)
		return OK;
	TRY(q_discard_tenant(call->tx, call->principal->id, call->now));
	TRY(q_discard_members(call->tx, call->principal->id, call->now));
	TRY(q_delete_directory(call->tx, call->tenant));
	TRY(q_tenant_fill(call->arena, old, &before));
	return svc_emit_change(
		call, "tenant.discarded",
		&(struct change_out){.resource = &tenant__tenant__info, .before = &before});
}
