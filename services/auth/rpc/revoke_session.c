#include "auth/session.h"

static struct status revoke(struct rpc_call *call, void *arg)
{
	const struct uuid *session = arg;
	struct uuid account = call->principal->id;
	int64_t ended;

	TRY(q_end_session(call->tx, &ended, .id = *session, .account = account,
			  .end_reason = "revoked", .now = call->now));
	if (!ended)
		return FAIL(SESSION_NOT_FOUND);
	TRY(sessions_changed(call, account));
	svc_emit(call, &(struct event_out){.action = "session.revoked",
					   .target_kind = "session",
					   .target_id = *session});
	return OK;
}

struct status auth_revoke_session(struct rpc_call *call, const Auth__RevokeSessionRequest *req,
				  Auth__RevokeSessionResponse *resp)
{
	struct uuid session = pb_uuid(req->id);

	(void)resp;
	TRY(tx_run_as(call, auth_home(call->principal), revoke, &session));
	sessions_publish(call, call->principal->id);
	return OK;
}
