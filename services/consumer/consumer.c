#include "consumer/consumer.h"

#include <stdlib.h>

#include "consumer/keys.h"
#include "consumer/program_copy.h"
#include "consumer/recall.h"
#include "consumer/screener_cache.h"
#include "crypto/keyring.h"

/* Each is a few hundred kilobytes, a few megabytes at the most. */
#define SCREENERS_KEPT 32

struct consumer *consumer_of(const struct rpc_call *call)
{
	return svc_state(call->svc);
}

static struct status start(struct svc *svc)
{
	struct keyring *ring;
	struct consumer *consumer;

	TRY(consumer_keys_open(svc_secrets_dir(svc), &ring));
	consumer = calloc(1, sizeof *consumer);
	if (!consumer)
		abort();
	consumer->ring = ring;
	consumer->screeners = screener_cache_new(SCREENERS_KEPT);
	svc_set_state(svc, consumer);
	return OK;
}

static void stop(struct svc *svc)
{
	struct consumer *consumer = svc_state(svc);

	if (!consumer)
		return;
	keyring_free(&consumer->ring);
	screener_cache_free(&consumer->screeners);
	free(consumer);
	svc_set_state(svc, NULL);
}

static const struct db_constraint_map constraints[] = {
	{"partner_name_key", REASON_PARTNER_EXISTS},
	{"code_session_key", REASON_CODE_ALREADY_ISSUED},
	{},
};

static const struct svc_subscription subscriptions[] = {
	{.topic = "program.changed", .on_event = program_copy_on_event},
};

static const struct svc_job jobs[] = {
	{.kind = JOB_RECALL, .run = recall_job},
};

const struct svc_descriptor consumer_daemon = {
	.name = "consumer",
	.purpose = "screening sessions, verification codes, partners and their keys",
	.service = &consumer_service,
	.handlers = &consumer_handlers,
	.queries = &consumer_queries,
	.constraints = constraints,
	.subscriptions = subscriptions,
	.n_subscriptions = sizeof subscriptions / sizeof *subscriptions,
	.jobs = jobs,
	.n_jobs = sizeof jobs / sizeof *jobs,
	.read_conns = 2,
	.write_conns = 8,
	.start = start,
	.stop = stop,
};
