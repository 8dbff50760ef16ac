#include "tenant/tenant.h"

struct status tenant_put_settings(struct rpc_call *call, const Tenant__PutSettingsRequest *req,
				  Tenant__Settings *resp)
{
	const Tenant__Settings *in = req->settings;
	struct strbuf after = strbuf_new(call->arena);
	struct q_settings_row new = {}, *row;

	TRY(q_settings_from(call->arena, in, NULL, &new));
	TRY(q_update_settings(call->tx, &row, .settings = new, .expected_version = in->version,
			      .actor = call->principal->id, .now = call->now));
	if (!row)
		return FAIL(ABORTED, "VERSION_CONFLICT");
	strbuf_printf(&after, "{\"alertEmails\":%zu}", row->alert_emails.n);
	emit_tenant(call, "settings.updated", call->tenant, row->version, strbuf_str(&after));
	return q_settings_fill(call->arena, row, resp);
}
