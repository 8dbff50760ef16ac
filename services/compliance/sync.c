#include "compliance/sync.h"

#include <stdlib.h>

#include "base/log.h"
#include "compliance/csv.h"
#include "compliance/settings.h"
#include "crypto/hash.h"

/* Rows of one file; the full list has some 83,000. */
#define MAX_ROWS 300000
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
	return FAIL(FAILED_PRECONDITION, "SCHEMA_DRIFT");
}

struct status sync_hold(struct rpc_call *call, const struct sync *sync)
{
	struct q_held_row *held;

	TRY(q_lock_sync(call->tx, sync->order->id, sync->until, &held));
	return held ? OK : FAIL(ABORTED, "SYNC_RUNNING");
}

static int by_key(const void *a, const void *b)
{
	const struct leie_row *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	/* Duplicates that change places are no change. */
	return order ? order : strcmp(x->hash, y->hash);
}

/* Sorted, one row for each key. */
static void sort_unique(struct leie_row *rows, size_t *n)
{
	size_t kept = 0;

	if (*n == 0)
		return;
	qsort(rows, *n, sizeof *rows, by_key);
	for (size_t i = 1; i < *n; i++) {
		if (strcmp(rows[i].key, rows[kept].key) != 0)
			kept++;
		rows[kept] = rows[i];
	}
	*n = kept + 1;
}

static size_t count_lines(struct str text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == '\n';
	return n;
}

static struct status parse(struct arena *arena, struct sync *sync)
{
	struct str body = sync->fetched.body;
	struct csv_reader reader = csv_reader(arena, body);
	struct str fields[LEIE_COLUMNS];
	size_t n, capacity = count_lines(body);
	enum csv_result result;

	if (capacity > MAX_ROWS)
		return sync_drift(sync, "the file has too many rows");
	if (!utf8_is_valid(body.ptr, body.len))
		return sync_drift(sync, "the file is not UTF-8");
	if (csv_next(&reader, fields, LEIE_COLUMNS, &n) != CSV_RECORD || !leie_is_header(fields, n))
		return sync_drift(sync, "the header is not the one that is known");
	sync->rows = arena_array_of(arena, struct leie_row, capacity);
	while ((result = csv_next(&reader, fields, LEIE_COLUMNS, &n)) == CSV_RECORD) {
		if (!leie_row(arena, fields, n, &sync->rows[sync->n]))
			return sync_drift(
				sync, arena_printf(arena, "line %zu is no record", reader.line));
		sync->n++;
	}
	if (result == CSV_BAD)
		return sync_drift(sync, arena_printf(arena, "line %zu is not CSV", reader.line));
	sort_unique(sync->rows, &sync->n);
	return OK;
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

static struct status finish(struct rpc_call *call, struct sync *sync)
{
	struct strbuf after = strbuf_new(call->arena);
	bool good = failures_of(sync) == 0;

	TRY(q_finish_sync(call->tx, .id = sync->order->id, .state = sync->state,
			  .last_error = sync->detail, .etag = sync->fetched.etag,
			  .last_modified = sync->fetched.last_modified,
			  .row_count = sync->out->rows, .sha256 = sync->out->sha256,
			  .failures = failures_of(sync), .due_at = next_poll(sync, call->now),
			  .now = call->now));
	strbuf_printf(&after, "{\"state\":\"%s\",\"added\":%d,\"removed\":%d,\"modified\":%d}",
		      sync->state, sync->out->added, sync->out->removed, sync->out->modified);
	svc_emit(call, &(struct event_out){.action = "source.synced",
					   .target_kind = "source",
					   .target_id = sync->order->id,
					   .after = strbuf_str(&after),
					   .outcome = good ? "success" : "refused"});
	return OK;
}

static void keep_last(struct sync *sync)
{
	sync->fetched.etag = sync->source->etag;
	sync->fetched.last_modified = sync->source->last_modified;
	*sync->out =
		(struct sync_outcome){.rows = sync->source->rows, .sha256 = sync->source->sha256};
}

static struct status apply(struct rpc_call *call, void *arg)
{
	struct sync *sync = arg;

	TRY(sync_hold(call, sync));
	sync->state = "fresh";
	sync->detail = "";
	if (sync->fetched.not_modified)
		keep_last(sync);
	else
		TRY(sync_write_changes(call, sync));
	return finish(call, sync);
}

static struct status note_failure(struct rpc_call *call, void *arg)
{
	struct sync *sync = arg;

	TRY(sync_hold(call, sync));
	keep_last(sync);
	return finish(call, sync);
}

static struct status begin(struct rpc_call *call, void *arg)
{
	struct sync *sync = arg;

	TRY(q_source_by_id(call->tx, sync->order->id, &sync->source));
	if (!sync->source)
		return FAIL(NOT_FOUND, "SOURCE_NOT_FOUND");
	/* Ends by itself should this process die; the poll job then takes the source up. */
	sync->until = call->now + MILLIS(compliance_config.fetch_timeout_ms + LEASE_MARGIN_MS);
	TRY(q_take_sync(call->tx, sync->order->id, call->now, sync->until, &sync->source));
	return sync->source ? OK : FAIL(ABORTED, "SYNC_RUNNING");
}

static struct status fetch_and_parse(struct rpc_call *call, struct sync *sync)
{
	const struct fetch what = {.url = sync->source->url,
				   .etag = sync->source->etag,
				   .last_modified = sync->source->last_modified,
				   .allow_loopback = compliance_config.allow_http_loopback,
				   .timeout_ms = (long)compliance_config.fetch_timeout_ms};
	uint8_t hash[SHA256_BYTES];
	char *hex = arena_alloc(call->arena, 2 * SHA256_BYTES + 1);

	TRY(fetch(call->arena, &what, &sync->fetched, &sync->detail));
	if (sync->fetched.not_modified)
		return OK;
	crypto_sha256(hash, sync->fetched.body.ptr, sync->fetched.body.len);
	hex_encode(hex, hash, sizeof hash);
	sync->out->sha256 = hex;
	return parse(call->arena, sync);
}

/* The next poll is planned by it, so it has time of its own even when the call has none left. */
static void note(struct rpc_call *call, struct sync *sync, struct status st)
{
	instant deadline = call->deadline;

	log_warn("a source could not be taken", KV("source", sync->order->id),
		 KV("detail", sync->detail), KV_STATUS(st));
	sync->state =
		strcmp(st.reason ? st.reason : "", "SCHEMA_DRIFT") == 0 ? "quarantined" : "failing";
	if (!*sync->detail)
		sync->detail = st.reason ? st.reason : "";
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
	arena_free(&call->arena);
	call->arena = outer;
	return st;
}
