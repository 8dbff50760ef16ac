#include "auth/session.h"

#include "contract/time.h"

struct uuid sign_in_tenant(const struct sign_in *who)
{
	return who->membership ? who->membership->organization_id : svc_platform_tenant;
}

static struct status end_oldest(struct rpc_call *call, struct uuid account)
{
	int64_t ended;

	TRY(q_end_oldest_sessions(call->tx, &ended, .account = account, .kept = SESSIONS_MAX,
				  .end_reason = "too_many", .now = call->now));
	return ended ? sessions_changed(call, account) : OK;
}

struct status session_begin(struct rpc_call *call, const struct sign_in *who,
			    struct q_login_session_row **session)
{
	const struct uuid *organization =
		who->membership ? &who->membership->organization_id : NULL;
	const char *network = auth_network(call->arena, call->client_addr);

	TRY(q_insert_session(call->tx, session, .id = uuid_v7(call->now), .account = who->account,
			     .organization = organization,
			     .user_agent = auth_header_text(call->arena, call->user_agent),
			     .address = auth_header_text(call->arena, call->client_addr),
			     .expires_at = call->now + REFRESH_IDLE,
			     .absolute_at = call->now + SESSION_LONGEST, .now = call->now));
	if (organization)
		TRY(q_put_last_organization(call->tx, who->account, *organization));
	if (*network)
		TRY(q_put_known_network(call->tx, who->account, network, call->now));
	return end_oldest(call, who->account);
}

Auth__User *user_to_proto(struct arena *arena, const struct sign_in *who)
{
	Auth__User *user = arena_new_of(arena, Auth__User);

	auth__user__init(user);
	user->id = uuid_text(arena, who->account);
	user->email = who->email;
	user->name = who->name;
	user->email_verified = who->is_verified;
	user->created_at = pb_timestamp(arena, who->created_at);
	return user;
}

struct status organization_show(struct arena *arena, const struct q_membership_row *row,
				Auth__Organization **out)
{
	Auth__Organization *organization = arena_new_of(arena, Auth__Organization);

	auth__organization__init(organization);
	*out = organization;
	return q_membership_fill(arena, row, organization);
}

struct status session_answer(struct rpc_call *call, const struct sign_in *who,
			     const struct q_login_session_row *session, Auth__TokenResponse *resp)
{
	resp->access_token = access_token(call, who, session->id);
	resp->refresh_token = refresh_token(call, sign_in_tenant(who), session->id,
					    (uint32_t)session->generation);
	resp->token_type = "Bearer";
	resp->expires_in_seconds = ACCESS_TTL / SECONDS(1);
	resp->user = user_to_proto(call->arena, who);
	return who->membership
		       ? organization_show(call->arena, who->membership, &resp->organization)
		       : OK;
}
