#include "contract/mask.h"
#include "locale/locale.h"
#include "tenant/tenant.h"
#include "zone/zone.h"

/* NULL stays as it is; all that is wrong is told at once. */
static struct status check(struct rpc_call *call, const char *zone, const char *locale)
{
	struct status st = OK;

	if (zone && !zone_is_known(str_of(zone)))
		st = call_field_error(call, "tenant.time_zone", "UNKNOWN_ZONE",
				      "must be a name of the IANA time zone database, such as "
				      "America/New_York");
	if (locale && !locale_is_known(str_of(locale)))
		st = call_field_error(call, "tenant.locale", "UNKNOWN_LOCALE",
				      "must be a language tag such as en-US");
	return st;
}

struct status tenant_update_my_tenant(struct rpc_call *call,
				      const Tenant__UpdateMyTenantRequest *req,
				      Tenant__Tenant *resp)
{
	const Tenant__Tenant *in = req->tenant;
	const char *name = mask_has(req->update_mask, "name") ? in->name : NULL;
	const char *zone = mask_has(req->update_mask, "time_zone") ? in->time_zone : NULL;
	const char *locale = mask_has(req->update_mask, "locale") ? in->locale : NULL;
	struct strbuf after = strbuf_new(call->arena);
	struct q_tenant_row *row, changed;

	TRY(check(call, zone, locale));
	TRY(q_lock_tenant(call->tx, &row));
	if (!row)
		return FAIL(ABORTED, "VERSION_CONFLICT");
	changed = *row;
	TRY(q_tenant_from(call->arena, in, req->update_mask, &changed));
	TRY(q_update_tenant(call->tx, &row, .tenant_row = changed, .expected_version = in->version,
			    .actor = call->principal->id, .now = call->now));
	if (!row)
		return FAIL(ABORTED, "VERSION_CONFLICT");
	TRY(q_update_directory(call->tx, call->tenant, row->name, row->status));
	strbuf_add_c(&after, "{\"name\":");
	strbuf_add_json(&after, str_of(row->name));
	strbuf_add_char(&after, '}');
	emit_tenant(call, "tenant.updated", call->tenant, row->version, strbuf_str(&after));
	return q_tenant_fill(call->arena, row, resp);
}
