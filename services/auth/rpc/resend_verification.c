#include "auth/verification.h"
#include "crypto/hash.h"

/* The address and the id of its job: while one waits, asking again queues no second one. */
struct queueing {
	const char *email;
	struct uuid id;
};

static struct uuid job_id(struct rpc_call *call, const char *email)
{
	const char *named = arena_printf(call->arena, "resend\n%s", email);
	uint8_t mac[MAC_BYTES];
	struct uuid id;

	crypto_mac(mac, auth_of(call)->refresh_key->bytes, named, strlen(named));
	memcpy(id.bytes, mac, sizeof id.bytes);
	return id;
}

static struct status queue(struct rpc_call *call, void *arg)
{
	const struct queueing *q = arg;

	return svc_job_add(call, &(struct job_out){.kind = JOB_RESEND,
						   .id = q->id,
						   .payload = str_of(q->email),
						   .class = JOB_URGENT});
}

/* Whether there is an account is looked up by the job, so neither answer nor time tell. */
struct status auth_resend_verification(struct rpc_call *call,
				       const Auth__ResendVerificationRequest *req,
				       Auth__ResendVerificationResponse *resp)
{
	struct queueing q = {.email = auth_email(call->arena, req->email)};

	(void)resp;
	q.id = job_id(call, q.email);
	return tx_run_as(call, svc_platform_tenant, queue, &q);
}
