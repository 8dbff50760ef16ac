#include "auth/expiry.h"

#include "base/log.h"

struct due {
	struct q_expired_row *rows;
	size_t n;
};

struct ending {
	struct uuid account;
	bool is_claimed;
};

static struct status read_due(struct rpc_call *call, void *arg)
{
	struct due *due = arg;

	return q_expired_accounts(call->tx, call->now, &due->rows, &due->n);
}

/* Now or never: whoever confirms in the same moment wins or loses against this row. */
static struct status claim(struct rpc_call *call, void *arg)
{
	struct ending *ending = arg;
	int64_t n;

	TRY(q_claim_expired(call->tx, ending->account, call->now, &n));
	ending->is_claimed = n > 0;
	if (!ending->is_claimed)
		return OK;
	TRY(q_end_sessions(call->tx, &n, .account = ending->account, .kept = (struct uuid){},
			   .end_reason = "registration_expired", .now = call->now));
	if (n)
		TRY(sessions_changed(call, ending->account));
	return OK;
}

static struct status forget(struct rpc_call *call, void *arg)
{
	const struct ending *ending = arg;
	int64_t n;

	TRY(q_discard_account(call->tx, ending->account, &n));
	if (n)
		auth_emit(call, "user.registration_expired", ending->account, (struct str){});
	return OK;
}

static struct status end_one(struct rpc_call *call, const struct q_expired_row *row)
{
	struct uuid home = row->organization_id ? *row->organization_id : svc_platform_tenant;
	struct ending ending = {.account = row->id};

	TRY(tx_run_as(call, home, claim, &ending));
	if (!ending.is_claimed)
		return OK;
	sessions_publish(call, row->id);
	if (row->organization_id)
		TRY(registration_discard_tenant(call, home));
	return tx_run_as(call, home, forget, &ending);
}

struct status expiry_job(struct rpc_call *call, const struct svc_job_run *job)
{
	struct due due = {};

	(void)job;
	TRY(tx_run_as(call, (struct uuid){}, read_due, &due));
	for (size_t i = 0; i < due.n; i++)
		TRY(end_one(call, &due.rows[i]));
	if (due.n)
		log_info("unconfirmed registrations have ended", KV("n", (long)due.n));
	return OK;
}
