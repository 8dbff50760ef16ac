#include "auth/session.h"
#include "svc/kit/details.h"

struct revocation {
	struct uuid kept;
	int64_t ended;
};

static struct status revoke(struct rpc_call *call, void *arg)
{
	struct revocation *revocation = arg;
	struct uuid account = call->principal->id;
	struct details after = details_new(call->arena);

	TRY(q_end_sessions(call->tx, &revocation->ended, .account = account,
			   .kept = revocation->kept, .end_reason = "revoked", .now = call->now));
	if (!revocation->ended)
		return OK;
	TRY(sessions_changed(call, account));
	details_number(&after, "revoked", revocation->ended);
	auth_emit(call, "session.all_revoked", account, details_end(&after));
	return OK;
}

struct status auth_revoke_all_sessions(struct rpc_call *call,
				       const Auth__RevokeAllSessionsRequest *req,
				       Auth__RevokeAllSessionsResponse *resp)
{
	struct revocation revocation = {};

	if (req->keep_current)
		revocation.kept = call->principal->session;
	TRY(tx_run_as(call, auth_home(call->principal), revoke, &revocation));
	sessions_publish(call, call->principal->id);
	resp->revoked = (int32_t)revocation.ended;
	return OK;
}
