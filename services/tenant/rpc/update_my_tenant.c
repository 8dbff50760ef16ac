#include "contract/mask.h"
#include "locale/locale.h"
#include "svc/kit/change.h"
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
	const char *zone = mask_has(req->update_mask, "time_zone") ? in->time_zone : NULL;
	const char *locale = mask_has(req->update_mask, "locale") ? in->locale : NULL;
	Tenant__Tenant before = TENANT__TENANT__INIT;
	struct q_tenant_row *old, *row, changed;

	TRY(check(call, zone, locale));
	TRY(q_lock_tenant(call->tx, &old));
	if (!old)
		return FAIL(VERSION_CONFLICT);
	changed = *old;
	TRY(q_tenant_from(call->arena, in, req->update_mask, &changed));
	TRY(q_update_tenant(call->tx, &row, .tenant_row = changed, .expected_version = in->version,
			    .actor = call->principal->id, .now = call->now));
	if (!row)
		return FAIL(VERSION_CONFLICT);
	TRY(q_update_directory(call->tx, call->tenant, row->name, row->status));
	TRY(q_tenant_fill(call->arena, old, &before));
	TRY(q_tenant_fill(call->arena, row, resp));
	return svc_emit_change(call, "tenant.updated",
			       &(struct change_out){.resource = &tenant__tenant__info,
						    .before = &before,
						    .after = resp});
}
