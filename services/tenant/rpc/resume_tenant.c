#include "tenant/tenant.h"

struct status tenant_resume_tenant(struct rpc_call *call, const Tenant__ResumeTenantRequest *req,
				   Tenant__Tenant *resp)
{
	return set_tenant_status(call, req->id, "active", "tenant.resumed", "", resp);
}
