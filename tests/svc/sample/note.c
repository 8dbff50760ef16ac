#include "sample/note.h"

#include <stdlib.h>
#include <string.h>

#include "aegis/event/v1/event.pb-c.h"
#include "db/sqlstate.h"
#include "svc/kit/change.h"

struct status note_put(struct rpc_call *call, const char *title, const char *body,
		       Sample__Note *note)
{
	struct uuid id = uuid_v7(call->now);

	TRY(q_insert_note(call->tx, .id = id, .title = title, .body = body, .now = call->now,
			  .by = call->principal->id));
	note->id = uuid_text(call->arena, id);
	note->title = title;
	note->body = body;
	return svc_emit_change(
		call, "note.put",
		&(struct change_out){.resource = &sample__note__info, .after = note});
}

static struct status put_queued(struct rpc_call *call, void *arg)
{
	const struct svc_job_run *job = arg;
	Sample__Note note = SAMPLE__NOTE__INIT;

	TRY(note_put(call, str_dup(call->arena, job->payload), "", &note));
	return svc_job_done(call);
}

/* Titles that begin with "poison" never succeed. */
static struct status run_note_job(struct rpc_call *call, const struct svc_job_run *job)
{
	if (str_has_prefix(job->payload, "poison"))
		return FAIL(FAULT_INJECTED);
	return tx_run(call, put_queued, (void *)job);
}

static struct status note_seen(struct rpc_call *call, const Event__Event *event)
{
	struct uuid id;

	if (!uuid_parse(str_of(event->id), &id))
		return FAIL(MALFORMED_EVENT);
	return q_insert_seen(call->tx, uuid_v7(call->now), id, event->action);
}

static const struct svc_job jobs[] = {
	{.kind = "note", .run = run_note_job, .max_attempts = 3, .backoff_ms = 1},
};

static const struct svc_subscription subscriptions[] = {
	{.topic = "note.put", .on_event = note_seen},
};

static const struct db_constraint_map constraints[] = {
	{"note_title_key", REASON_ALREADY_EXISTS},
	{},
};

const struct svc_descriptor sample_daemon = {
	.name = "sample",
	.purpose = "a daemon for the tests of libcommon/svc",
	.service = &sample_service,
	.handlers = &sample_handlers,
	.queries = &sample_queries,
	.constraints = constraints,
	.jobs = jobs,
	.n_jobs = sizeof jobs / sizeof jobs[0],
	.subscriptions = subscriptions,
	.n_subscriptions = sizeof subscriptions / sizeof subscriptions[0],
};
