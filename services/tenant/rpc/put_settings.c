#include "svc/kit/change.h"
#include "tenant/tenant.h"

struct status tenant_put_settings(struct rpc_call *call, const Tenant__PutSettingsRequest *req,
				  Tenant__Settings *resp)
{
	const Tenant__Settings *in = req->settings;
	Tenant__Settings before = TENANT__SETTINGS__INIT;
	struct q_settings_row new = {}, *old, *row;

	TRY(q_settings_from(call->arena, in, NULL, &new));
	TRY(q_lock_settings(call->tx, &old));
	TRY(q_update_settings(call->tx, &row, .settings = new, .expected_version = in->version,
			      .actor = call->principal->id, .now = call->now));
	if (!old || !row)
		return FAIL(VERSION_CONFLICT);
	TRY(q_settings_fill(call->arena, old, &before));
	TRY(q_settings_fill(call->arena, row, resp));
	return svc_emit_change(call, "settings.updated",
			       &(struct change_out){.resource = &tenant__settings__info,
						    .before = &before,
						    .after = resp});
}
