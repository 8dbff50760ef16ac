#include "tenant/tenant.h"

struct status tenant_get_settings(struct rpc_call *call, const Tenant__GetSettingsRequest *req,
				  Tenant__Settings *resp)
{
	struct q_settings_row *row;

	(void)req;
	TRY(q_current_settings(call->tx, &row));
	if (!row)
		return FAIL(TENANT_NOT_FOUND);
	return q_settings_fill(call->arena, row, resp);
}
