/* Leasing, running and ending jobs. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "db/tx.h"
#include "relay/queries.h"
#include "svc/background/job_run.h"
#include "svc/config.h"
#include "svc/internal.h"
#include "svc/queries.h"
#include "svc_core/backoff.h"

#define DEFAULT_LEASE_S	     60
#define DEFAULT_MAX_ATTEMPTS 20
#define DEFAULT_BACKOFF_MS   1000
#define BACKOFF_CAP	     HOURS(1)
#define END_WITHIN	     SECONDS(10)

/* The daemon's own jobs, then the one that every daemon has; NULL past the end. */
static const struct svc_job *job_at(const struct svc *svc, size_t i)
{
	const struct svc_descriptor *d = svc->descriptor;

	return i < d->n_jobs ? &d->jobs[i] : i == d->n_jobs ? &svc_cleanup_job : NULL;
}

const struct svc_job *job_kind(const struct svc *svc, const char *kind)
{
	const struct svc_job *job;

	for (size_t i = 0; (job = job_at(svc, i)); i++)
		if (strcmp(job->kind, kind) == 0)
			return job;
	return NULL;
}

int64_t job_lease_s(const struct svc_job *job)
{
	return job->lease_s > 0 ? job->lease_s : DEFAULT_LEASE_S;
}

static instant wait_after(const struct svc_job *job, uint32_t attempt)
{
	int64_t base_ms = job->backoff_ms > 0 ? job->backoff_ms : DEFAULT_BACKOFF_MS;

	return backoff_wait(attempt - 1, MILLIS(base_ms), BACKOFF_CAP);
}

/* As stored, and claimed in this order. */
static const int32_t priorities[] = {[JOB_URGENT] = 0, [JOB_NORMAL] = 1, [JOB_BULK] = 2};

struct status svc_job_add(struct rpc_call *call, const struct job_out *out)
{
	const struct svc_job *job = job_kind(call->svc, out->kind);

	if (!job || !call->tx)
		abort();
	call_state(call)->job_added = true;
	return q_svc_add_job_later(
		call->tx, .id = uuid_is_nil(out->id) ? uuid_v7(call->now) : out->id,
		.kind = out->kind, .priority = priorities[out->class],
		.payload = out->payload.ptr ? out->payload : STR(""),
		.run_at = out->run_at ? out->run_at : call->now,
		.max_attempts =
			(int32_t)(job->max_attempts ? job->max_attempts : DEFAULT_MAX_ATTEMPTS),
		.now = call->now);
}

struct status svc_job_done(struct rpc_call *call)
{
	struct call_state *state = call_state(call);
	int64_t deleted;

	if (!state->job || !call->tx || uuid_is_nil(state->job->id))
		abort();
	TRY(q_svc_finish_job(call->tx, state->job->id, state->job->fence, &deleted));
	if (deleted == 0)
		return FAIL(LEASE_LOST);
	state->job_finished = true;
	return OK;
}

struct status svc_job_again(struct rpc_call *call, instant run_at)
{
	struct call_state *state = call_state(call);
	int64_t postponed;

	if (!state->job || !call->tx || uuid_is_nil(state->job->id))
		abort();
	TRY(q_svc_postpone_job(call->tx, state->job->id, state->job->fence, run_at, &postponed));
	if (postponed == 0)
		return FAIL(LEASE_LOST);
	state->job_finished = true;
	return OK;
}

struct job_end {
	struct job_item *job;
	struct status st;
	instant now;
};

static struct status end_queued(struct tx *tx, const struct job_end *end)
{
	struct job_item *job = end->job;
	bool dead = job->run.attempt >= job->max_attempts;
	int64_t deleted;

	if (is_ok(end->st))
		return q_relay_finish_job(tx, job->tenant, job->run.id, job->run.fence, &deleted);
	return q_relay_retry_job(tx, .tenant_id = job->tenant, .id = job->run.id,
				 .fence = job->run.fence, .state = dead ? "dead" : "queued",
				 .run_at = end->now + wait_after(job->run.job, job->run.attempt),
				 .last_error = reason_name(end->st.reason));
}

static struct status end_periodic(struct tx *tx, const struct job_end *end)
{
	const struct job_item *job = end->job;
	instant wait = SECONDS(job->run.job->every_s);
	int64_t changed;

	/* A failed run comes again soon, but no later than its turn. */
	if (is_failed(end->st) && wait > MINUTES(1))
		wait = MINUTES(1);
	return q_relay_finish_periodic(
		tx, &changed, .name = job->lease_name, .holder = job->holder,
		.fence = job->run.fence, .now = end->now, .due_at = end->now + wait,
		.last_status = is_ok(end->st) ? "OK" : reason_name(end->st.reason));
}

static struct status end_in_tx(struct tx *tx, void *arg)
{
	const struct job_end *end = arg;

	return uuid_is_nil(end->job->run.id) ? end_periodic(tx, end) : end_queued(tx, end);
}

static void log_end(const struct job_item *job, struct status st, instant took)
{
	if (is_ok(st))
		log_info("job", KV("kind", job->run.job->kind), KV("us", (long long)took));
	else
		log_warn("job failed", KV("kind", job->run.job->kind), KV("job", job->run.id),
			 KV("attempt", job->run.attempt), KV_STATUS(st));
}

static struct status run(struct svc_worker *worker, struct job_item *job, bool *finished)
{
	struct principal self = {.kind = PRINCIPAL_SERVICE,
				 .tenant = job->tenant,
				 .role = "",
				 .label = worker->svc->descriptor->name};
	struct call_state state = {.worker = worker, .job = &job->run};
	instant now = svc_now(worker->svc);
	struct rpc_call call = {
		.arena = worker->arena,
		.now = now,
		.deadline = instant_now() + SECONDS(job_lease_s(job->run.job)),
		.tenant = job->tenant,
		.principal = &self,
		.caller = worker->svc->descriptor->name,
		.request_id = uuid_text(worker->arena, uuid_v7(now)),
		.traceparent = "",
		.client_addr = "",
		.user_agent = "",
		.accept_language = "",
		.svc = worker->svc,
		.errors = {.arena = worker->arena},
		.internal = &state,
	};
	struct status st = job->run.job->run(&call, &job->run);

	*finished = state.job_finished && is_ok(st);
	return st;
}

/*
 * A server that starts again is back in seconds; the lease would keep the job for
 * minutes.  Writing the end twice changes nothing: the fence is of this lease.
 */
static struct status write_end(struct svc_worker *worker, struct job_end *end)
{
	const struct timespec pause = {.tv_nsec = 100000000L};
	struct db_tx how = {.kind = DB_WRITE, .arena = worker->arena};
	instant give_up = instant_monotonic() + END_WITHIN;
	struct status st;

	while ((st = db_run(worker->platform, &how, end_in_tx, end)).code == STATUS_UNAVAILABLE &&
	       instant_monotonic() < give_up)
		nanosleep(&pause, NULL);
	return st;
}

void job_item_run(struct svc_worker *worker, struct job_item *job)
{
	struct job_end end = {.job = job};
	instant begun = instant_monotonic();
	bool finished = false;
	struct status st;

	end.st = run(worker, job, &finished);
	end.now = svc_now(worker->svc);
	log_end(job, end.st, instant_monotonic() - begun);
	st = finished ? OK : write_end(worker, &end);
	/* The lease runs out and the job comes again. */
	if (is_failed(st))
		log_warn("a job's end could not be written", KV_STATUS(st));
	arena_reset(worker->arena, true);
}

struct claim {
	struct svc *svc;
	struct arena *arena;
	instant now;
	struct uuid holder;
	struct uuid served;
	struct job_item *item; /* what was leased, or NULL */
};

static void keep(struct claim *claim, struct job_item item)
{
	claim->item = arena_memdup(claim->arena, &item, sizeof item);
}

/* Threads are left to others even when there are no more of them than may run at once. */
static uint32_t at_once(const struct claim *claim, const struct svc_job *job)
{
	uint32_t others = (uint32_t)claim->svc->config->job_threads - 1;

	return job->at_once > others && others > 0 ? others : job->at_once;
}

/* {"kind": {"lease_s": …, "at_once": …, "while_suspended": …}, …}: what may be claimed, each as
 * long as it may run. */
static struct str kinds_ready(const struct claim *claim)
{
	struct strbuf json = strbuf_new(claim->arena);
	const struct svc_job *job;
	const char *sep = "{";

	for (size_t i = 0; (job = job_at(claim->svc, i)); i++) {
		if (job->every_s > 0 || (job->is_ready && !job->is_ready(claim->svc, claim->now)))
			continue;
		strbuf_add_c(&json, sep);
		strbuf_add_json(&json, str_of(job->kind));
		strbuf_printf(&json, ":{\"lease_s\":%lld,\"at_once\":%u,\"while_suspended\":%s}",
			      (long long)job_lease_s(job), at_once(claim, job),
			      job->while_suspended ? "true" : "false");
		sep = ",";
	}
	strbuf_add_c(&json, *sep == '{' ? "{}" : "}");
	return strbuf_str(&json);
}

static struct status take_queued(struct tx *tx, struct claim *claim)
{
	const struct svc_job *kind;
	struct q_relay_job_row *rows;
	size_t n;

	TRY(q_relay_claim_jobs(tx, &rows, &n, .now = claim->now, .kinds = kinds_ready(claim),
			       .served = claim->served, .batch = 1));
	if (n == 0)
		return OK;
	kind = job_kind(claim->svc, rows[0].kind);
	keep(claim, (struct job_item){.run = {.job = kind,
					      .id = rows[0].id,
					      .payload = rows[0].payload,
					      .attempt = (uint32_t)rows[0].attempts,
					      .fence = rows[0].fence},
				      .tenant = rows[0].tenant_id,
				      .max_attempts = (uint32_t)rows[0].max_attempts});
	return OK;
}

static struct status take_periodic(struct tx *tx, struct claim *claim)
{
	const struct svc_job *job;

	for (size_t i = 0; !claim->item && (job = job_at(claim->svc, i)); i++) {
		const char *name = arena_printf(claim->arena, "job:%s", job->kind);
		struct q_relay_lease_row *lease;

		if (job->every_s == 0)
			continue;
		TRY(q_relay_take_periodic(tx, &lease, .name = name, .holder = claim->holder,
					  .now = claim->now,
					  .until = claim->now + SECONDS(job_lease_s(job))));
		if (lease)
			keep(claim,
			     (struct job_item){
				     .run = {.job = job, .attempt = 1, .fence = lease->fence},
				     .lease_name = name,
				     .holder = claim->holder});
	}
	return OK;
}

static struct status claim_in_tx(struct tx *tx, void *arg)
{
	struct claim *claim = arg;

	claim->item = NULL;
	TRY(take_queued(tx, claim));
	return claim->item ? OK : take_periodic(tx, claim);
}

struct status job_claim(struct svc_worker *worker, struct uuid holder, instant now,
			struct job_item **item)
{
	struct claim claim = {.svc = worker->svc,
			      .arena = worker->envelope,
			      .now = now,
			      .holder = holder,
			      .served = worker->served};
	struct db_tx how = {.kind = DB_WRITE, .arena = worker->envelope};

	TRY(db_run(worker->platform, &how, claim_in_tx, &claim));
	*item = claim.item;
	if (claim.item && !uuid_is_nil(claim.item->run.id))
		worker->served = claim.item->tenant;
	return OK;
}
