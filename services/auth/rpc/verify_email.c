#include "auth/account_link.h"
#include "svc/standing.h"

static struct status verify(struct rpc_call *call, void *arg)
{
	const struct bearer *bearer = arg;
	struct q_account_row *account;
	struct q_email_token_row *token;
	int64_t verified;

	TRY(account_link_find(call, &verification_link, bearer, &token));
	TRY(q_verify_account(call->tx, token->account_id, call->now, &verified));
	TRY(q_account_by_id(call->tx, token->account_id, &account));
	/* The registration may have expired in between. */
	if (!account || !account->email_verified_at)
		return FAIL(BAD_TOKEN);
	if (verified)
		auth_emit(call, "user.email_verified", token->account_id, (struct str){});
	return OK;
}

struct status auth_verify_email(struct rpc_call *call, const Auth__VerifyEmailRequest *req,
				Auth__VerifyEmailResponse *resp)
{
	struct bearer bearer;

	TRY(account_link_parse(&verification_link, req->token, &bearer));
	TRY(standing_check(call, bearer.tenant));
	TRY(tx_run_as(call, bearer.tenant, verify, &bearer));
	resp->verified = true;
	return OK;
}
