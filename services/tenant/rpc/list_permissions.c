#include "contract/manifest.h"
#include "tenant/tenant.h"

struct status tenant_list_permissions(struct rpc_call *call,
				      const Tenant__ListPermissionsRequest *req,
				      Tenant__ListPermissionsResponse *resp)
{
	size_t n = 0;

	(void)req;
	while (contract_permissions[n].name)
		n++;
	resp->permissions = arena_array_of(call->arena, Tenant__Permission *, n);
	for (size_t i = 0; i < n; i++) {
		Tenant__Permission *out = arena_new_of(call->arena, Tenant__Permission);

		tenant__permission__init(out);
		out->name = contract_permissions[i].name;
		out->description = contract_permissions[i].description;
		out->roles = (const char **)contract_permissions[i].roles;
		while (out->roles[out->n_roles])
			out->n_roles++;
		resp->permissions[resp->n_permissions++] = out;
	}
	return OK;
}
