/*
 * What every daemon's tables would otherwise keep for ever.  An event may be
 * delivered again as long as its relay still has it, so the inbox forgets only
 * what is older than any delivery can be.
 */
#include "base/log.h"
#include "relay/queries.h"
#include "svc/background/job_run.h"

#define INBOX_KEEPS DAYS(30)

static struct status clean(struct rpc_call *call, void *arg)
{
	int64_t answers, events;

	(void)arg;
	TRY(q_relay_clean_answers(call->tx, call->now, &answers));
	TRY(q_relay_clean_inbox(call->tx, call->now - INBOX_KEEPS, &events));
	if (answers + events > 0)
		log_info("cleaned up", KV("answers", (long long)answers),
			 KV("events", (long long)events));
	return OK;
}

static struct status run_cleanup(struct rpc_call *call, const struct svc_job_run *job)
{
	(void)job;
	return tx_run_platform(call, clean, NULL);
}

const struct svc_job svc_cleanup_job = {
	.kind = "svc.cleanup", .run = run_cleanup, .every_s = 3600, .lease_s = 300};
