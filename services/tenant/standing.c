#include "tenant/standing.h"

#include "base/log.h"
#include "svc/kit/change.h"
#include "svc/standing.h"
#include <aegis/auth/v1/auth.aegis.h>
#include <aegis/event/v1/event.aegis.h>

static Event__TenantStatusChanged payload_of(const struct q_tenant_row *row)
{
	Event__TenantStatusChanged payload = EVENT__TENANT_STATUS_CHANGED__INIT;

	payload.status = row->status;
	payload.version = row->version;
	return payload;
}

struct status standing_change(struct rpc_call *call, const char *action,
			      const struct q_tenant_row *old, const struct q_tenant_row *row,
			      const char *reason)
{
	const Event__TenantStatusChanged payload = payload_of(row);
	Tenant__Tenant before = TENANT__TENANT__INIT, after = TENANT__TENANT__INIT;
	struct details details = details_new(call->arena);

	details_text(&details, "reason", reason);
	TRY(standing_put(call, row->tenant_id, row->status, row->version, NULL));
	TRY(q_tenant_fill(call->arena, old, &before));
	TRY(q_tenant_fill(call->arena, row, &after));
	return svc_emit_change(
		call, action,
		&(struct change_out){.resource = &tenant__tenant__info,
				     .before = &before,
				     .after = &after,
				     .details = *reason ? &details : NULL,
				     .payload_case = EVENT__EVENT__PAYLOAD_TENANT_STATUS_CHANGED,
				     .payload = &payload});
}

/* Tells again what the standing is: nothing changes. */
static struct status tell_again(struct rpc_call *call, const struct q_tenant_row *row)
{
	const Event__TenantStatusChanged payload = payload_of(row);
	struct details details = details_new(call->arena);

	details_text(&details, "status", row->status);
	TRY(standing_put(call, row->tenant_id, row->status, row->version, NULL));
	svc_emit(call,
		 &(struct event_out){.action = "tenant.status_told",
				     .target_kind = tenant__tenant__info.kind,
				     .target_id = row->tenant_id,
				     .target_version = row->version,
				     .after = details_end(&details),
				     .payload_case = EVENT__EVENT__PAYLOAD_TENANT_STATUS_CHANGED,
				     .payload = &payload});
	return OK;
}

void standing_push(struct rpc_call *call, const struct q_tenant_row *row)
{
	Auth__PutStandingRequest req = AUTH__PUT_STANDING_REQUEST__INIT;
	Auth__PutStandingResponse *resp;
	struct uuid outer = call->tenant;
	struct status st;

	standing_forget(call->svc);
	req.tenant_id = uuid_text(call->arena, row->tenant_id);
	req.status = row->status;
	req.version = row->version;
	call->tenant = row->tenant_id;
	st = call_auth_put_standing(call, &req, &resp);
	call->tenant = outer;
	if (is_failed(st))
		log_warn("auth was not told whether a tenant may act; the event will",
			 KV_STATUS(st));
}

static struct status tell_now(struct rpc_call *call, void *arg)
{
	struct q_tenant_row **row = arg;

	TRY(q_current_tenant(call->tx, row));
	if (!*row)
		return svc_job_done(call);
	TRY(tell_again(call, *row));
	return svc_job_done(call);
}

struct status standing_tell_job(struct rpc_call *call, const struct svc_job_run *job)
{
	struct q_tenant_row *row = NULL;

	(void)job;
	TRY(tx_run(call, tell_now, &row));
	if (row)
		standing_push(call, row);
	return OK;
}
