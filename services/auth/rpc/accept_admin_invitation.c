#include "auth/admin_invitation.h"
#include "auth/session.h"

struct acceptance {
	struct bearer bearer;
	struct q_admin_invitation_row *invitation;
	struct credential *credential;
	struct sign_in who;
	struct q_login_session_row *session;
};

static struct status find_invitation(struct rpc_call *call, void *arg)
{
	struct acceptance *acceptance = arg;
	const struct q_admin_invitation_row *row;

	TRY(q_admin_invitation(call->tx, acceptance->bearer.id, &acceptance->invitation));
	row = acceptance->invitation;
	if (!row || row->hash.len != BEARER_HASH_BYTES || row->accepted_at ||
	    row->expires_at <= call->now ||
	    !bearer_matches(&acceptance->bearer, (const uint8_t *)row->hash.ptr))
		return FAIL(BAD_TOKEN);
	return OK;
}

static struct status accept(struct rpc_call *call, void *arg)
{
	struct acceptance *acceptance = arg;
	const struct sign_in *who = &acceptance->who;
	int64_t taken;

	TRY(q_take_admin_invitation(call->tx, acceptance->invitation->id, call->now, &taken));
	if (!taken)
		return FAIL(BAD_TOKEN);
	TRY(q_insert_admin(call->tx, .id = who->account, .email = who->email, .name = who->name,
			   .now = call->now));
	TRY(q_put_credential(call->tx, .account = who->account,
			     .hash = acceptance->credential->hash,
			     .pepper_kid = acceptance->credential->pepper_kid, .now = call->now));
	TRY(session_begin(call, who, &acceptance->session));
	auth_emit(call, "admin.accepted", who->account, (struct str){});
	return OK;
}

static struct status make_credential(struct rpc_call *call, const char *password,
				     struct acceptance *acceptance)
{
	struct admission_claim claim;
	struct status st;

	TRY(auth_hash_enter(call, false, &claim));
	acceptance->credential = arena_new_of(call->arena, struct credential);
	st = credential_make(&auth_of(call)->hasher, 0, password, acceptance->credential);
	auth_hash_leave(call, &claim);
	return st;
}

struct status auth_accept_admin_invitation(struct rpc_call *call,
					   const Auth__AcceptAdminInvitationRequest *req,
					   Auth__TokenResponse *resp)
{
	struct acceptance acceptance = {};
	struct password_owner owner = {};

	if (!bearer_parse(str_of(req->token), &acceptance.bearer) ||
	    !bearer_is_kind(&acceptance.bearer, ADMIN_INVITATION_KIND))
		return FAIL(BAD_TOKEN);
	TRY(tx_run_as(call, (struct uuid){}, find_invitation, &acceptance));
	owner.email = acceptance.invitation->email;
	owner.name = acceptance.invitation->name;
	TRY(auth_check_password(call, req->password, &owner));
	TRY(make_credential(call, req->password, &acceptance));
	acceptance.who = (struct sign_in){.account = uuid_v7(call->now),
					  .email = acceptance.invitation->email,
					  .name = acceptance.invitation->name,
					  .is_verified = true,
					  .is_admin = true,
					  .created_at = call->now};
	TRY(tx_run_as(call, svc_platform_tenant, accept, &acceptance));
	return session_answer(call, &acceptance.who, acceptance.session, resp);
}
