#include "auth/refresh_rate.h"
#include "auth/session.h"
#include "svc/standing.h"

/* How long a parent may be shown again after it was used: answers get lost, tabs race. */
#define GRACE SECONDS(10)

struct refresh {
	struct refresh_claim claim;
	struct q_login_session_row *session;
	struct sign_in who;
	struct status refusal; /* what is answered although the transaction commits */
};

static struct status end(struct rpc_call *call, struct refresh *refresh, const char *end_reason,
			 const char *action)
{
	int64_t ended;

	TRY(q_end_session(call->tx, &ended, .id = refresh->session->id,
			  .account = refresh->session->account_id, .end_reason = end_reason,
			  .now = call->now));
	if (!ended)
		return OK;
	TRY(sessions_changed(call, refresh->session->account_id));
	svc_emit(call, &(struct event_out){.action = action,
					   .target_kind = "session",
					   .target_id = refresh->session->id,
					   .outcome = "refused"});
	return OK;
}

/* A generation that is not the present one: a repeated question, or theft. */
static struct status take_older(struct rpc_call *call, struct refresh *refresh)
{
	const struct q_login_session_row *session;

	TRY(q_lock_session(call->tx, refresh->claim.session, &refresh->session));
	session = refresh->session;
	if (!session || session->ended_at || session->expires_at <= call->now ||
	    session->generation < refresh->claim.generation) {
		refresh->session = NULL;
		refresh->refusal = FAIL(BAD_REFRESH_TOKEN);
		return OK;
	}
	if (session->generation == (int64_t)refresh->claim.generation + 1 &&
	    call->now - session->rotated_at <= GRACE)
		return OK;
	refresh->refusal = FAIL(REFRESH_REUSED);
	return end(call, refresh, "refresh_reused", "session.refresh_reused");
}

static struct status find_who(struct rpc_call *call, struct refresh *refresh)
{
	const struct q_login_session_row *session = refresh->session;
	struct q_membership_row *membership = NULL;
	struct q_account_row *account;

	TRY(q_account_by_id(call->tx, session->account_id, &account));
	if (session->organization_id)
		TRY(q_membership(call->tx, session->account_id, *session->organization_id,
				 &membership));
	if (!account || (session->organization_id ? !membership || !membership->active
						  : !account->is_platform_admin)) {
		refresh->refusal = FAIL(BAD_REFRESH_TOKEN);
		return end(call, refresh, "membership", "session.ended");
	}
	refresh->who = (struct sign_in){.account = account->id,
					.email = account->email,
					.name = account->name,
					.is_verified = account->email_verified_at != NULL,
					.created_at = account->created_at,
					.membership = membership,
					.is_admin = !membership && account->is_platform_admin};
	return OK;
}

static struct status rotate(struct rpc_call *call, void *arg)
{
	struct refresh *refresh = arg;

	refresh->refusal = OK;
	TRY(q_take_generation(call->tx, &refresh->session, .id = refresh->claim.session,
			      .generation = refresh->claim.generation,
			      .idle_until = call->now + REFRESH_IDLE, .now = call->now));
	if (!refresh->session)
		TRY(take_older(call, refresh));
	return is_ok(refresh->refusal) ? find_who(call, refresh) : OK;
}

struct status auth_refresh_session(struct rpc_call *call, const Auth__RefreshSessionRequest *req,
				   Auth__TokenResponse *resp)
{
	struct refresh refresh = {};

	if (!refresh_token_check(call, req->refresh_token, &refresh.claim))
		return FAIL(BAD_REFRESH_TOKEN);
	if (!refresh_rate_take(auth_of(call)->refreshes, refresh.claim.session, call->now,
			       &call->retry_after_ms))
		return FAIL(RATE_LIMITED);
	/* The token is not used up: it is good again when the organization may act. */
	TRY(standing_check(call, refresh.claim.tenant));
	TRY(tx_run_as(call, refresh.claim.tenant, rotate, &refresh));
	if (is_failed(refresh.refusal)) {
		if (refresh.session)
			sessions_publish(call, refresh.session->account_id);
		return refresh.refusal;
	}
	return session_answer(call, &refresh.who, refresh.session, resp);
}
