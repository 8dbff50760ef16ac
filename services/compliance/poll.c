#include "base/log.h"
#include "compliance/sync.h"

/* No source is begun after this long: what is left is still due at the next run. */
#define LONGEST_POLL MINUTES(1)

struct due {
	struct q_due_source_row *rows;
	size_t n;
};

static struct status list_due(struct rpc_call *call, void *arg)
{
	struct due *due = arg;

	return q_due_sources(call->tx, call->now, &due->rows, &due->n);
}

struct status run_poll(struct rpc_call *call, const struct svc_job_run *job)
{
	instant begun = call->now, clock = instant_monotonic();
	struct due due;

	(void)job;
	TRY(tx_run_as(call, svc_platform_tenant, list_due, &due));
	for (size_t i = 0; i < due.n && call->now - begun < LONGEST_POLL; i++) {
		const struct sync_order order = {.id = due.rows[i].id};
		struct sync_outcome outcome;
		struct status st;

		/* Transfers take their time, and leases count from now. */
		call->now = begun + (instant_monotonic() - clock);
		st = source_sync(call, &order, &outcome);

		/* Noted with the source; the others are polled all the same. */
		if (is_failed(st))
			log_info("a poll failed", KV("source", due.rows[i].id), KV_STATUS(st));
	}
	/* Afterwards: who has just answered is not silent. */
	return tx_run_as(call, svc_platform_tenant, tell_silence, NULL);
}
