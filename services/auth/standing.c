#include "auth/standing.h"

#include "cache/session.h"
#include "svc/queries.h"
#include "svc/standing.h"
#include <aegis/event/v1/event.aegis.h>

#define ROUNDS_MAX 5
/* The call that changed something tells it itself; the job is for when that did not happen. */
#define JOB_AFTER SECONDS(2)

struct truth {
	struct uuid organization;
	struct q_svc_standing_row *row;
};

static struct status read_truth(struct rpc_call *call, void *arg)
{
	struct truth *truth = arg;

	return q_svc_standing(call->tx, truth->organization, &truth->row);
}

static bool may_act(const struct truth *truth)
{
	return !truth->row || strcmp(truth->row->status, STANDING_ACTIVE) == 0;
}

struct status standing_publish(struct rpc_call *call, struct uuid organization)
{
	struct truth told, now = {.organization = organization};
	struct cache_sync *cache = auth_of(call)->cache;

	if (!cache)
		return OK;
	TRY(tx_run_as(call, (struct uuid){}, read_truth, &now));
	for (int round = 0; round < ROUNDS_MAX; round++) {
		TRY(cache_standing_put(cache, organization, may_act(&now)));
		told = now;
		TRY(tx_run_as(call, (struct uuid){}, read_truth, &now));
		if (may_act(&told) == may_act(&now))
			return OK;
	}
	return FAIL(STANDING_KEEPS_CHANGING);
}

static struct status queue_publish(struct rpc_call *call, struct uuid organization, instant run_at)
{
	char *payload = arena_memdup(call->arena, organization.bytes, 16);

	return svc_job_add(call, &(struct job_out){.kind = JOB_STANDING,
						   .payload = {payload, 16},
						   .run_at = run_at});
}

struct status organization_standing_put(struct rpc_call *call, struct uuid organization,
					const char *status, int64_t version, bool *changed)
{
	TRY(standing_put(call, organization, status, version, changed));
	return *changed ? queue_publish(call, organization, call->now + JOB_AFTER) : OK;
}

struct status standing_on_event(struct rpc_call *call, const struct Event__Event *event)
{
	if (event->payload_case != EVENT__EVENT__PAYLOAD_TENANT_STATUS_CHANGED)
		return OK;
	/* The copy itself is kept already (svc/background/deliver.c). */
	return queue_publish(call, call->tenant, call->now);
}

struct status standing_publish_job(struct rpc_call *call, const struct svc_job_run *job)
{
	struct uuid organization;

	if (job->payload.len != sizeof organization.bytes)
		return FAIL(JOB_PAYLOAD);
	memcpy(organization.bytes, job->payload.ptr, sizeof organization.bytes);
	return standing_publish(call, organization);
}

struct all {
	struct q_svc_held_row *rows;
	size_t n;
};

static struct status read_all(struct rpc_call *call, void *arg)
{
	struct all *all = arg;

	return q_svc_held(call->tx, &all->rows, &all->n);
}

struct status standings_publish_job(struct rpc_call *call, const struct svc_job_run *job)
{
	struct all all = {};

	(void)job;
	TRY(tx_run_as(call, (struct uuid){}, read_all, &all));
	for (size_t i = 0; i < all.n; i++)
		TRY(standing_publish(call, all.rows[i].id));
	return OK;
}
