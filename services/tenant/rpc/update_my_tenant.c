#include "contract/mask.h"
#include "tenant/tenant.h"

struct status tenant_update_my_tenant(struct rpc_call *call,
				      const Tenant__UpdateMyTenantRequest *req,
				      Tenant__Tenant *resp)
{
	const Tenant__Tenant *in = req->tenant;
	const char *name = mask_has(req->update_mask, "name") ? in->name : NULL;
	const char *zone = mask_has(req->update_mask, "time_zone") ? in->time_zone : NULL;
	const char *locale = mask_has(req->update_mask, "locale") ? in->locale : NULL;
	static const char *const writable[] = {"name", "time_zone", "locale", "version", NULL};
	struct strbuf after = strbuf_new(call->arena);
	struct q_tenant_row *row;

	TRY(call_check_mask(call, req->update_mask, "tenant", writable));
	if (name && !*name)
		return call_field_error(call, "tenant.name", "REQUIRED", "must not be empty");
	TRY(q_update_tenant(call->tx, &row, .name = name, .time_zone = zone, .locale = locale,
			    .expected_version = in->version, .actor = call->principal->id,
			    .now = call->now));
	if (!row)
		return FAIL(ABORTED, "VERSION_CONFLICT");
	TRY(q_update_directory(call->tx, call->tenant, row->name, row->status));
	strbuf_add_c(&after, "{\"name\":");
	strbuf_add_json(&after, str_of(row->name));
	strbuf_add_char(&after, '}');
	emit_tenant(call, "tenant.updated", call->tenant, row->version, strbuf_str(&after));
	tenant_to_proto(call->arena, row, resp);
	return OK;
}
