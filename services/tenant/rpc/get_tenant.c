#include "tenant/tenant.h"

static struct status read_tenant(struct rpc_call *call, void *resp)
{
	struct q_tenant_row *row;

	TRY(q_current_tenant(call->tx, &row));
	if (!row)
		return FAIL(NOT_FOUND, "TENANT_NOT_FOUND");
	tenant_to_proto(call->arena, row, resp);
	return OK;
}

struct status tenant_get_tenant(struct rpc_call *call, const Tenant__GetTenantRequest *req,
				Tenant__Tenant *resp)
{
	struct uuid id = {};

	(void)uuid_parse(str_of(req->id), &id);
	return tx_run_as(call, id, read_tenant, resp);
}
