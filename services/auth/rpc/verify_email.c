#include "auth/verification.h"
#include "svc/standing.h"

static struct status verify(struct rpc_call *call, void *arg)
{
	const struct bearer *bearer = arg;
	struct q_email_token_row *token;
	int64_t verified;

	TRY(q_email_token(call->tx, bearer->id, &token));
	if (!token || token->hash.len != BEARER_HASH_BYTES ||
	    !bearer_matches(bearer, (const uint8_t *)token->hash.ptr) ||
	    token->expires_at <= call->now)
		return FAIL(INVALID_ARGUMENT, "BAD_TOKEN");
	TRY(q_use_email_token(call->tx, bearer->id, call->now));
	TRY(q_verify_account(call->tx, token->account_id, call->now, &verified));
	if (verified)
		auth_emit(call, "user.email_verified", token->account_id, (struct str){});
	return OK;
}

struct status auth_verify_email(struct rpc_call *call, const Auth__VerifyEmailRequest *req,
				Auth__VerifyEmailResponse *resp)
{
	struct bearer bearer;

	if (!bearer_parse(str_of(req->token), &bearer) ||
	    !bearer_is_kind(&bearer, VERIFICATION_KIND))
		return FAIL(INVALID_ARGUMENT, "BAD_TOKEN");
	TRY(standing_check(call, bearer.tenant));
	TRY(tx_run_as(call, bearer.tenant, verify, &bearer));
	resp->verified = true;
	return OK;
}
