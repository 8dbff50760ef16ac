#include "compliance/sync.h"

#include <stdlib.h>

#include "base/encoding.h"
#include "base/log.h"
#include "compliance/settings.h"
#include "crypto/hash.h"
#include "svc/kit/details.h"

/* A file of FETCH_MAX_BYTES, its rows and what the database is told of them. */
#define SYNC_ARENA_CAP ((size_t)1 << 30)
/* Beyond the transfer, for parsing; writing holds the row itself. */
#define LEASE_MARGIN_MS 20000
/* After failures: one minute, doubled, never longer than the interval. */
#define FIRST_WAIT   MINUTES(1)
#define MAX_DOUBLING 12
#define NOTE_TIME    SECONDS(5)

struct status sync_drift(struct sync *sync, const char *detail)
{
	sync->detail = detail;
	return FAIL(SCHEMA_DRIFT);
}

/* ABORTED/SYNC_RUNNING when the lease was taken over.  Keeps others out until the commit. */
static struct status hold(struct rpc_call *call, struct sync *sync)
{
	TRY(q_lock_sync(call->tx, sync->order->id, sync->until, &sync->held));
	return sync->held ? OK : FAIL(SYNC_RUNNING);
}

static int32_t failures_of(const struct sync *sync)
{
	return strcmp(sync->state, "fresh") == 0 ? 0 : sync->source->failures + 1;
}

/* With a fifth more or less after failures, so that sources of one host do not come together. */
static instant next_poll(const struct sync *sync, instant now)
{
	instant interval = SECONDS((instant)sync->source->interval_seconds), wait;
	int32_t failures = failures_of(sync);

	if (failures == 0)
		return now + interval;
	wait = FIRST_WAIT << (failures > MAX_DOUBLING ? MAX_DOUBLING : failures - 1);
	if (wait > interval)
		wait = interval;
	return now + wait * (instant)(800 + arc4random_uniform(401)) / 1000;
}

/* What the audit log is told of a source before and after a poll. */
static struct str summary(struct arena *arena, const char *state, const struct sync_outcome *out)
{
	struct details details = details_new(arena);

	details_text(&details, "state", state);
	details_number(&details, "rows", out->rows);
	if (out->changed) {
		details_number(&details, "added", out->added);
		details_number(&details, "removed", out->removed);
		details_number(&details, "modified", out->modified);
	}
	if (out->merged || out->damaged) {
		details_number(&details, "merged", out->merged);
		details_number(&details, "damaged", out->damaged);
		details_number(&details, "held", out->held);
	}
	return details_end(&details);
}

static struct sync_outcome last_outcome(const struct q_source_row *source)
{
	return (struct sync_outcome){.rows = source->rows,
				     .merged = source->merged,
				     .damaged = source->damaged,
				     .damaged_lines = source->damaged_lines,
				     .held = source->held,
				     .sha256 = source->sha256};
}

static struct status finish(struct rpc_call *call, struct sync *sync)
{
	struct sync_outcome before = last_outcome(sync->source);
	const struct sync_outcome *out = sync->out;
	bool good = failures_of(sync) == 0, quarantine_told, stale_told;

	TRY(sync_write_news(call, sync, &quarantine_told, &stale_told));
	TRY(q_finish_sync(
		call->tx, .id = sync->order->id, .state = sync->state, .last_error = sync->detail,
		.etag = sync->fetched.etag, .last_modified = sync->fetched.last_modified,
		.row_count = out->rows, .merged = out->merged, .damaged = out->damaged,
		.damaged_lines = out->damaged_lines, .held = out->held, .sha256 = out->sha256,
		.failures = failures_of(sync), .quarantine_told = quarantine_told,
		.stale_told = stale_told, .due_at = next_poll(sync, call->now), .now = call->now));
	svc_emit(call,
		 &(struct event_out){.action = "source.synced",
				     .target_kind = "source",
				     .target_id = sync->order->id,
				     .before = summary(call->arena, sync->source->state, &before),
				     .after = summary(call->arena, sync->state, out),
				     .outcome = good ? "success" : "refused"});
	return OK;
}

static void keep_last(struct sync *sync)
{
	sync->fetched.etag = sync->source->etag;
	sync->fetched.last_modified = sync->source->last_modified;
	*sync->out = last_outcome(sync->source);
}

static struct status apply(struct rpc_call *call, void *arg)
{
	struct sync *sync = arg;

	TRY(hold(call, sync));
	sync->state = "fresh";
	sync->detail = "";
	sync->poll = uuid_v7(call->now);
	if (sync->fetched.not_modified)
		keep_last(sync);
	else
		TRY(sync_write_changes(call, sync));
	return finish(call, sync);
}

static struct status note_failure(struct rpc_call *call, void *arg)
{
	struct sync *sync = arg;

	TRY(hold(call, sync));
	sync->poll = uuid_v7(call->now);
	keep_last(sync);
	return finish(call, sync);
}

static struct status begin(struct rpc_call *call, void *arg)
{
	struct sync *sync = arg;

	TRY(q_source_by_id(call->tx, sync->order->id, &sync->source));
	if (!sync->source)
		return FAIL(SOURCE_NOT_FOUND);
	/* Ends by itself should this process die; the poll job then takes the source up. */
	sync->until = call->now + MILLIS(compliance_config.fetch_timeout_ms + LEASE_MARGIN_MS);
	TRY(q_take_sync(call->tx, sync->order->id, call->now, sync->until, &sync->source));
	return sync->source ? OK : FAIL(SYNC_RUNNING);
}

static struct status fetch_and_parse(struct rpc_call *call, struct sync *sync)
{
	const struct fetch what = {.url = sync->source->url,
				   .etag = sync->source->etag,
				   .last_modified = sync->source->last_modified,
				   .allow_loopback = compliance_config.allow_http_loopback &&
						     sync->source->only_tenant,
				   .timeout_ms = (long)compliance_config.fetch_timeout_ms};
	uint8_t hash[SHA256_BYTES];
	const char *why;
	char *hex = arena_alloc(call->arena, 2 * SHA256_BYTES + 1);

	TRY(fetch(call->arena, &what, &sync->fetched, &sync->detail));
	if (sync->fetched.not_modified)
		return OK;
	crypto_sha256(hash, sync->fetched.body.ptr, sync->fetched.body.len);
	hex_encode(hex, hash, sizeof hash);
	sync->out->sha256 = hex;
	if (!leie_read(call->arena, sync->fetched.body, leie_day_of(date_of_instant(call->now)),
		       &sync->list, &why))
		return sync_drift(sync, why);
	return OK;
}

/* The next poll is planned by it, so it has time of its own even when the call has none left. */
static void note(struct rpc_call *call, struct sync *sync, struct status st)
{
	instant deadline = call->deadline;

	log_warn("a source could not be taken", KV("source", sync->order->id),
		 KV("detail", sync->detail), KV_STATUS(st));
	sync->state = st.reason == REASON_SCHEMA_DRIFT ? "quarantined" : "failing";
	if (!*sync->detail)
		sync->detail = reason_name(st.reason);
	call->deadline = instant_now() + NOTE_TIME;
	st = tx_run_as(call, svc_platform_tenant, note_failure, sync);
	call->deadline = deadline;
	if (is_failed(st))
		log_warn("and that could not be noted", KV_STATUS(st));
}

static struct status sync_in_arena(struct rpc_call *call, struct sync *sync)
{
	struct status st;

	TRY(tx_run_as(call, svc_platform_tenant, begin, sync));
	st = fetch_and_parse(call, sync);
	if (is_ok(st))
		st = tx_run_as(call, svc_platform_tenant, apply, sync);
	if (is_failed(st))
		note(call, sync, st);
	return st;
}

/* A file outgrows what a call may take: each poll has an arena of its own. */
struct status source_sync(struct rpc_call *call, const struct sync_order *order,
			  struct sync_outcome *out)
{
	struct sync sync = {.order = order, .out = out, .detail = ""};
	struct arena *outer = call->arena;
	struct status st;

	*out = (struct sync_outcome){.sha256 = ""};
	call->arena = arena_new(SYNC_ARENA_CAP);
	st = sync_in_arena(call, &sync);
	out->sha256 = arena_strdup(outer, out->sha256);
	out->damaged_lines.items =
		arena_memdup(outer, out->damaged_lines.items,
			     out->damaged_lines.n * sizeof out->damaged_lines.items[0]);
	arena_free(&call->arena);
	call->arena = outer;
	return st;
}
