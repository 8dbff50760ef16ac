#include "tenant/standing.h"

#include "base/log.h"
#include "svc/standing.h"
#include <aegis/auth/v1/auth.aegis.h>
#include <aegis/event/v1/event.aegis.h>

struct status standing_tell(struct rpc_call *call, const char *action,
			    const struct q_tenant_row *row, struct str after)
{
	Event__TenantStatusChanged payload = EVENT__TENANT_STATUS_CHANGED__INIT;

	TRY(standing_put(call, row->tenant_id, row->status, row->version, NULL));
	payload.status = row->status;
	payload.version = row->version;
	svc_emit(call,
		 &(struct event_out){.action = action,
				     .target_kind = "tenant",
				     .target_id = row->tenant_id,
				     .target_version = row->version,
				     .after = after,
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
	struct strbuf after = strbuf_new(call->arena);

	TRY(q_current_tenant(call->tx, row));
	if (!*row)
		return svc_job_done(call);
	strbuf_printf(&after, "{\"status\":\"%s\"}", (*row)->status);
	TRY(standing_tell(call, "tenant.status_told", *row, strbuf_str(&after)));
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
