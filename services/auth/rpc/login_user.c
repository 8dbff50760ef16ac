#include "auth/account_link.h"
#include "auth/lane.h"
#include "auth/session.h"
#include "base/fnv1a.h"
#include "base/log.h"
#include "svc/kit/details.h"

struct login {
	const char *email;
	const char *password;
	struct uuid wanted; /* organization, or nil */
	const char *network;
	bool is_known; /* the account was signed in to from this network before */
	uint64_t turn;
	struct str lane, network_lane;
	enum reason lock_reason;
	int32_t failures;
	instant locked_until;
	struct q_login_row *account; /* NULL: nobody has this address */
	struct q_membership_row *membership;
	struct credential *fresh; /* replaces an outdated one, or NULL */
	struct sign_in who;
	struct q_login_session_row *session;
};

static struct status find_membership(struct rpc_call *call, struct login *login)
{
	struct q_membership_row *rows;
	size_t n;

	TRY(q_memberships(call->tx, login->account->id, &rows, &n));
	for (size_t i = 0; rows && i < n && !login->membership; i++)
		if (uuid_is_nil(login->wanted) || uuid_eq(rows[i].organization_id, login->wanted))
			login->membership = &rows[i];
	return OK;
}

static struct status find_known(struct rpc_call *call, void *arg)
{
	struct q_known_network_row *known;
	struct login *login = arg;

	TRY(q_known_network(call->tx, login->email, login->network, &known));
	login->is_known = known;
	return OK;
}

/* The network first: a network that is locked cannot lock accounts. */
static struct status take_attempt(struct rpc_call *call, struct login *login)
{
	int32_t unused;

	login->lane = lane_key(call, login->email, login->is_known ? login->network : NULL);
	login->network_lane = lane_network_key(call, login->network);
	login->lock_reason = REASON_NETWORK_LOCKED;
	if (!login->is_known)
		TRY(lane_take(call, login->network_lane, LANE_NETWORK_FAILURES_MAX, &unused,
			      &login->locked_until));
	if (login->locked_until)
		return OK;
	login->lock_reason = REASON_ACCOUNT_LOCKED;
	return lane_take(call, login->lane, LANE_FAILURES_MAX, &login->failures,
			 &login->locked_until);
}

/* Commits in any case, so that the attempt counts whatever comes of it. */
static struct status look_up(struct rpc_call *call, void *arg)
{
	struct login *login = arg;

	login->membership = NULL;
	TRY(take_attempt(call, login));
	if (login->locked_until)
		return OK;
	TRY(q_login_account(call->tx, login->email, &login->account));
	if (login->account)
		TRY(find_membership(call, login));
	login->turn = fnv1a_64(login->network, strlen(login->network));
	if (login->membership)
		login->turn = fnv1a_64(login->membership->organization_id.bytes, 16);
	return OK;
}

/* One hash whoever asks: whether there is such an account must not show in the time it takes. */
static bool is_right(struct rpc_call *call, const struct login *login)
{
	const struct hasher *hasher = &auth_of(call)->hasher;
	struct status st;

	if (!login->account) {
		credential_check_nobody(hasher, login->turn, login->password);
		return false;
	}
	st = credential_check(hasher, login->turn, login->account->hash, login->account->pepper_kid,
			      login->password);
	if (is_failed(st) && st.code != STATUS_UNAUTHENTICATED)
		log_error("a credential cannot be checked", KV_STATUS(st),
			  KV("account", login->account->id));
	return is_ok(st) && strcmp(login->account->state, "active") == 0 &&
	       (login->membership ||
		(login->account->is_platform_admin && uuid_is_nil(login->wanted)));
}

static struct status note_failure(struct rpc_call *call, void *arg)
{
	const struct login *login = arg;
	bool locks = login->failures >= LANE_FAILURES_MAX;
	struct uuid account = login->account ? login->account->id : (struct uuid){};
	struct str sealed = {};

	/* The owner is told how to come in all the same; a lock happens once, and mails have
	 * limits. */
	if (locks && login->account)
		TRY(account_link_again(call, &unlock_link, account, call->tenant, &sealed));
	if (sealed.len)
		account_link_emit(call, "user.lock_mailed", account, sealed);
	svc_emit(call, &(struct event_out){.action = locks ? "user.locked" : "session.refused",
					   .target_kind = "user",
					   .target_id = account,
					   .outcome = "refused"});
	return OK;
}

static struct status note_suspended(struct rpc_call *call, void *arg)
{
	const struct login *login = arg;

	TRY(q_clear_lane(call->tx, login->lane));
	svc_emit(call, &(struct event_out){.action = "session.refused",
					   .target_kind = "user",
					   .target_id = login->account->id,
					   .outcome = "refused"});
	return OK;
}

static struct status sign_in(struct rpc_call *call, void *arg)
{
	struct details after = details_new(call->arena);
	struct login *login = arg;

	if (!login->is_known)
		TRY(q_give_attempt_back(call->tx, login->network_lane, LANE_NETWORK_FAILURES_MAX));
	TRY(q_clear_lane(call->tx, login->lane));
	if (login->fresh)
		TRY(q_put_credential(call->tx, .account = login->account->id,
				     .hash = login->fresh->hash,
				     .pepper_kid = login->fresh->pepper_kid, .now = call->now));
	TRY(session_begin(call, &login->who, &login->session));
	details_text(&after, "by", "password");
	auth_emit(call, "session.created", login->account->id, details_end(&after));
	return OK;
}

static void renew_credential(struct rpc_call *call, struct login *login)
{
	const struct hasher *hasher = &auth_of(call)->hasher;
	struct credential *fresh = arena_new_of(call->arena, struct credential);
	struct status st;

	if (!credential_is_outdated(hasher, login->account->hash, login->account->pepper_kid))
		return;
	st = credential_make(hasher, login->turn, login->password, fresh);
	if (is_ok(st))
		login->fresh = fresh;
	else
		log_warn("a credential was not renewed", KV_STATUS(st));
}

/* With a place in the pool. */
static struct status attempt(struct rpc_call *call, struct login *login)
{
	struct uuid home;

	TRY(tx_run_as(call, (struct uuid){}, look_up, login));
	if (login->locked_until) {
		call->retry_after_ms = (uint32_t)((login->locked_until - call->now) / MILLIS(1));
		return fail_as(login->lock_reason);
	}
	home = login->membership ? login->membership->organization_id : svc_platform_tenant;
	if (!is_right(call, login)) {
		TRY(tx_run_as(call, home, note_failure, login));
		return FAIL(BAD_CREDENTIALS);
	}
	/* Whoever knows the password may be told; another organization of theirs would come first.
	 */
	if (login->membership && login->membership->held) {
		TRY(tx_run_as(call, home, note_suspended, login));
		return FAIL(TENANT_SUSPENDED);
	}
	renew_credential(call, login);
	login->who = (struct sign_in){.account = login->account->id,
				      .email = login->account->email,
				      .name = login->account->name,
				      .is_verified = login->account->email_verified_at != NULL,
				      .created_at = login->account->created_at,
				      .membership = login->membership,
				      .is_admin = !login->membership &&
						  login->account->is_platform_admin};
	return tx_run_as(call, home, sign_in, login);
}

struct status auth_login_user(struct rpc_call *call, const Auth__LoginUserRequest *req,
			      Auth__TokenResponse *resp)
{
	struct login login = {
		.email = auth_email(call->arena, req->email),
		.password = req->password,
		.wanted = pb_uuid(req->tenant_id),
		.network = auth_network(call->arena, call->client_addr),
	};
	struct admission_claim claim;
	struct status st;

	TRY(tx_run_as(call, (struct uuid){}, find_known, &login));
	TRY(auth_hash_enter(call, login.is_known, &claim));
	st = attempt(call, &login);
	auth_hash_leave(call, &claim);
	TRY(st);
	return session_answer(call, &login.who, login.session, resp);
}
