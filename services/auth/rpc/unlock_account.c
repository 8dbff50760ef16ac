#include "auth/account_link.h"
#include "auth/lane.h"
#include "svc/standing.h"

struct unlock {
	struct bearer bearer;
	const char *network;
};

/* The network becomes a known one, whose lane is not the strangers' and begins empty. */
static struct status unlock(struct rpc_call *call, void *arg)
{
	const struct unlock *unlock = arg;
	struct q_email_token_row *token;
	int64_t taken;

	TRY(account_link_find(call, &unlock_link, &unlock->bearer, &token));
	TRY(q_take_email_token(call->tx, unlock->bearer.id, call->now, &taken));
	if (!taken)
		return FAIL(BAD_TOKEN);
	TRY(q_put_known_network(call->tx, token->account_id, unlock->network, call->now));
	TRY(q_clear_lane(call->tx, lane_key(call, token->email, unlock->network)));
	auth_emit(call, "user.unlocked", token->account_id, (struct str){});
	return OK;
}

struct status auth_unlock_account(struct rpc_call *call, const Auth__UnlockAccountRequest *req,
				  Auth__UnlockAccountResponse *resp)
{
	struct unlock state = {.network = auth_network(call->arena, call->client_addr)};

	TRY(account_link_parse(&unlock_link, req->token, &state.bearer));
	TRY(standing_check(call, state.bearer.tenant));
	TRY(tx_run_as(call, state.bearer.tenant, unlock, &state));
	resp->unlocked = true;
	return OK;
}
