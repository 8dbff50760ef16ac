#include "base/encoding.h"
#include "base/log.h"
#include "compliance/change_list.h"
#include "compliance/leie_match.h"
#include "compliance/sync.h"
#include "crypto/hash.h"

/* A file that lost more than half its rows, or all of them, is not believed. */
#define DROP_DIVISOR 2

/* What a file is against the stored rows. */
struct comparison {
	struct leie_row *old; /* stored rows that are not in the file as they were */
	size_t n_old;
	struct leie_row *new; /* rows of the file that are not stored as they are */
	size_t n_new;
	struct text_list gone; /* hashes of stored rows to delete */
	struct change_list changes;
	size_t added, removed, modified, held;
};

/* Both sorted by hash: what is on one side alone. */
static void split(struct arena *arena, const struct sync *sync, const struct q_stored_row *stored,
		  size_t n_stored, struct comparison *out, const char **missing)
{
	const struct leie_list *list = &sync->list;
	size_t i = 0, k = 0;

	out->new = arena_array_of(arena, struct leie_row, list->n + 1);
	while (i < list->n || k < n_stored) {
		int order = i == list->n    ? 1
			    : k == n_stored ? -1
					    : strcmp(list->rows[i].hash, stored[k].row_hash);

		if (order < 0)
			out->new[out->n_new++] = list->rows[i];
		else if (order > 0)
			missing[out->n_old++] = stored[k].row_hash;
		i += order <= 0;
		k += order >= 0;
	}
}

/* The stored rows that are missing, with their columns. */
static struct status load_missing(struct rpc_call *call, const struct sync *sync,
				  const char **missing, struct comparison *comparison)
{
	struct q_stored_columns_row *rows;
	size_t n;

	if (comparison->n_old == 0)
		return OK;
	TRY(q_stored_columns(call->tx, sync->order->id, TEXT_LIST(missing, comparison->n_old),
			     &rows, &n));
	comparison->old = arena_array_of(call->arena, struct leie_row, n + 1);
	comparison->n_old = n;
	for (size_t i = 0; i < n; i++) {
		struct leie_row *row = &comparison->old[i];

		if (rows[i].fields.n != LEIE_COLUMNS)
			return FAIL(STORED_COLUMNS);
		for (size_t c = 0; c < LEIE_COLUMNS; c++)
			row->field[c] = str_of(rows[i].fields.items[c]);
		row->hash = rows[i].row_hash;
	}
	return OK;
}

/* A record that could not be read may be any of the missing rows: then nobody is said to be gone.
 */
static bool holds_back(const struct sync *sync)
{
	return sync->list.damaged > 0 && !sync->order->accept_drop;
}

static void judge_old(struct arena *arena, const struct sync *sync, struct comparison *comparison,
		      const size_t *partner, bool *is_known)
{
	const char **gone = arena_array_of(arena, const char *, comparison->n_old + 1);

	for (size_t i = 0; i < comparison->n_old; i++) {
		const struct leie_row *old = &comparison->old[i];

		if (partner[i] == LEIE_NO_PARTNER && holds_back(sync)) {
			comparison->held++;
			continue;
		}
		gone[comparison->gone.n++] = old->hash;
		if (partner[i] == LEIE_NO_PARTNER) {
			change_removed(arena, &comparison->changes, old);
			comparison->removed++;
			continue;
		}
		is_known[partner[i]] = true;
		change_modified(arena, &comparison->changes, old, &comparison->new[partner[i]]);
		comparison->modified++;
	}
	comparison->gone.items = gone;
}

static void judge(struct arena *arena, const struct sync *sync, struct comparison *comparison)
{
	const size_t *partner = leie_pair(arena, comparison->old, comparison->n_old,
					  comparison->new, comparison->n_new);
	bool *is_known = arena_calloc(arena, comparison->n_new + 1, sizeof *is_known);

	comparison->changes = change_list_new(arena, comparison->n_old + comparison->n_new);
	judge_old(arena, sync, comparison, partner, is_known);
	for (size_t i = 0; i < comparison->n_new; i++) {
		if (is_known[i])
			continue;
		change_added(arena, &comparison->changes, &comparison->new[i]);
		comparison->added++;
	}
}

static struct status store(struct rpc_call *call, const struct sync *sync,
			   const struct comparison *comparison)
{
	const char **hashes = arena_array_of(call->arena, const char *, comparison->n_new + 1);
	const char **columns = arena_array_of(call->arena, const char *, comparison->n_new + 1);

	for (size_t i = 0; i < comparison->n_new; i++) {
		hashes[i] = comparison->new[i].hash;
		columns[i] = leie_stored_json(call->arena, &comparison->new[i]);
	}
	if (comparison->gone.n)
		TRY(q_delete_rows(call->tx, sync->order->id, comparison->gone));
	if (comparison->n_new)
		TRY(q_insert_rows(call->tx, sync->order->id, TEXT_LIST(hashes, comparison->n_new),
				  TEXT_LIST(columns, comparison->n_new)));
	/* The first file is the baseline. */
	if (!*sync->source->sha256)
		return OK;
	return change_list_write(call, sync->order->id, sync->poll, &comparison->changes);
}

/* Of the sorted rows' canonical hashes: equal for files that differ in layout alone. */
static const char *canonical_hash(struct arena *arena, const struct sync *sync)
{
	struct strbuf hashes = strbuf_new(arena);
	char *hex = arena_alloc(arena, 2 * SHA256_BYTES + 1);
	uint8_t hash[SHA256_BYTES];

	for (size_t i = 0; i < sync->list.n; i++)
		strbuf_add_c(&hashes, sync->list.rows[i].hash);
	crypto_sha256(hash, hashes.ptr, hashes.len);
	hex_encode(hex, hash, sizeof hash);
	return hex;
}

static struct status write_snapshot(struct rpc_call *call, const struct sync *sync)
{
	if (strcmp(sync->source->sha256, sync->out->sha256) == 0)
		return OK;
	return q_insert_snapshot(call->tx, .id = uuid_v7(call->now), .source_id = sync->order->id,
				 .sha256 = sync->out->sha256,
				 .canonical_hash = canonical_hash(call->arena, sync),
				 .row_count = (int32_t)sync->list.n,
				 .byte_count = (int64_t)sync->fetched.body.len, .now = call->now);
}

static bool is_too_small(const struct sync *sync, size_t n_old)
{
	return !sync->order->accept_drop && n_old > 0 &&
	       (sync->list.n == 0 || sync->list.n * DROP_DIVISOR < n_old);
}

static void count(struct sync *sync, const struct comparison *comparison)
{
	struct sync_outcome *out = sync->out;
	const struct leie_list *list = &sync->list;
	size_t shown = list->damaged < LEIE_LINES_SHOWN ? list->damaged : LEIE_LINES_SHOWN;

	out->rows = (int32_t)(list->n + comparison->held);
	out->added = (int32_t)comparison->added;
	out->modified = (int32_t)comparison->modified;
	out->removed = (int32_t)comparison->removed;
	out->merged = (int32_t)list->merged;
	out->damaged = (int32_t)list->damaged;
	out->held = (int32_t)comparison->held;
	out->damaged_lines = (struct int8_list){list->lines, shown};
	out->changed = out->added + out->modified + out->removed > 0;
}

struct status sync_write_changes(struct rpc_call *call, struct sync *sync)
{
	struct comparison comparison = {};
	struct q_stored_row *stored;
	const char **missing;
	size_t n;

	TRY(q_stored_rows(call->tx, sync->order->id, &stored, &n));
	if (is_too_small(sync, n))
		return sync_drift(sync, "more than half of the rows are missing");
	missing = arena_array_of(call->arena, const char *, n + 1);
	split(call->arena, sync, stored, n, &comparison, missing);
	TRY(load_missing(call, sync, missing, &comparison));
	judge(call->arena, sync, &comparison);
	TRY(store(call, sync, &comparison));
	count(sync, &comparison);
	return write_snapshot(call, sync);
}
