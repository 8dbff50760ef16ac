#include "auth/session.h"

static struct status end(struct rpc_call *call, void *arg)
{
	const struct principal *p = call->principal;
	int64_t ended;

	(void)arg;
	TRY(q_end_session(call->tx, &ended, .id = p->session, .account = p->id,
			  .end_reason = "logout", .now = call->now));
	if (!ended)
		return OK;
	TRY(sessions_changed(call, p->id));
	svc_emit(call, &(struct event_out){.action = "session.ended",
					   .target_kind = "session",
					   .target_id = p->session});
	return OK;
}

/* Ending a session that has ended is no error: the caller has what they wanted. */
struct status auth_logout_user(struct rpc_call *call, const Auth__LogoutUserRequest *req,
			       Auth__LogoutUserResponse *resp)
{
	(void)req;
	(void)resp;
	TRY(tx_run_as(call, auth_home(call->principal), end, NULL));
	sessions_publish(call, call->principal->id);
	return OK;
}
