#include "auth/session.h"
#include "auth/standing.h"
#include "base/log.h"

/* Redis has lost that the organization may not act. */
static void tell_again(struct rpc_call *call, struct uuid organization)
{
	struct status st = standing_publish(call, organization);

	if (is_failed(st))
		log_warn("the gateway was not told whether an organization may act", KV_STATUS(st));
}

/*
 * What the gateway asks when Redis does not know; afterwards it does.  The
 * organization is not compared: a session has one, and the caller's token was
 * made for it; an administrator's has none and looks at several.
 */
struct status auth_check_session(struct rpc_call *call, const Auth__CheckSessionRequest *req,
				 Auth__CheckSessionResponse *resp)
{
	struct q_session_state_row *state;

	TRY(session_publish_one(call, pb_uuid(req->session_id), pb_uuid(req->user_id), &state));
	if (!state || !state->alive)
		return OK;
	resp->alive = true;
	resp->suspended = state->held;
	if (state->held)
		tell_again(call, *state->organization_id);
	resp->epoch = (uint64_t)state->epoch;
	resp->ttl_seconds = (state->expires_at - call->now) / SECONDS(1);
	return OK;
}
