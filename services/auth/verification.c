#include "auth/verification.h"

#include <aegis/event/v1/event.pb-c.h>

#include "svc/kit/details.h"

struct status verification_send(struct rpc_call *call, const struct registration *r)
{
	const struct link_owner owner = {r->account, r->organization,	   r->email,
					 r->name,    r->organization_name, r->locale};
	Event__UserRegistered payload = EVENT__USER_REGISTERED__INIT;
	struct details after = details_new(call->arena);
	struct str sealed;

	TRY(account_link_seal(call, &verification_link, &owner, &sealed));
	payload.user_id = uuid_text(call->arena, r->account);
	payload.sealed = (ProtobufCBinaryData){.len = sealed.len, .data = (uint8_t *)sealed.ptr};
	details_text(&after, "organization", r->organization_name);
	svc_emit(call, &(struct event_out){.action = "user.registered",
					   .target_kind = "user",
					   .target_id = r->account,
					   .after = details_end(&after),
					   .payload_case = EVENT__EVENT__PAYLOAD_USER_REGISTERED,
					   .payload = &payload});
	return OK;
}

struct resend {
	const char *email;
	struct q_login_row *account;
};

static struct status read_account(struct rpc_call *call, void *arg)
{
	struct resend *resend = arg;

	return q_login_account(call->tx, resend->email, &resend->account);
}

static struct status send_again(struct rpc_call *call, void *arg)
{
	const struct resend *resend = arg;
	struct uuid account = resend->account->id;
	struct str sealed;

	TRY(account_link_again(call, &verification_link, account, call->tenant, &sealed));
	if (sealed.len)
		account_link_emit(call, "user.verification_resent", account, sealed);
	return OK;
}

struct status verification_resend_job(struct rpc_call *call, const struct svc_job_run *job)
{
	struct resend resend = {.email = str_dup(call->arena, job->payload)};

	TRY(tx_run_as(call, (struct uuid){}, read_account, &resend));
	if (!resend.account || !resend.account->last_organization)
		return OK;
	return tx_run_as(call, *resend.account->last_organization, send_again, &resend);
}
