#include "auth/standing.h"
#include "base/log.h"
#include "svc/standing.h"

struct put {
	const Auth__PutStandingRequest *req;
	bool changed;
};

static struct status put(struct rpc_call *call, void *arg)
{
	struct put *put = arg;

	return organization_standing_put(call, call->tenant, put->req->status, put->req->version,
					 &put->changed);
}

/* An older version changes nothing, but is answered after the gateway knows what is true. */
struct status auth_put_standing(struct rpc_call *call, const Auth__PutStandingRequest *req,
				Auth__PutStandingResponse *resp)
{
	struct put state = {.req = req};
	struct status st;

	(void)resp;
	if (!uuid_eq(pb_uuid(req->tenant_id), call->tenant))
		return FAIL(TENANT_MISMATCH);
	TRY(tx_run(call, put, &state));
	standing_forget(call->svc);
	st = standing_publish(call, call->tenant);
	if (is_failed(st))
		log_warn("the gateway was not told whether an organization may act; the job will",
			 KV_STATUS(st));
	return OK;
}
