/* Once an hour: what no job carries any more becomes a dead letter, past allowances go. */
#include "base/log.h"
#include "notification/notification.h"
#include "notification_platform/queries.h"

/* Longer than a mail that is being handed over can be left alone. */
#define STUCK_AFTER HOURS(1)

static struct status sweep(struct rpc_call *call, void *arg)
{
	int64_t buried, days;

	(void)arg;
	TRY(q_bury_stuck(call->tx, call->now - STUCK_AFTER, call->now, &buried));
	TRY(q_forget_allowances(call->tx, date_of_instant(call->now - DAYS(1)), &days));
	if (buried > 0)
		log_error("messages waited without a job; they are dead letters now",
			  KV("messages", (long long)buried));
	return OK;
}

struct status run_sweep(struct rpc_call *call, const struct svc_job_run *job)
{
	(void)job;
	return tx_run_platform(call, sweep, NULL);
}
