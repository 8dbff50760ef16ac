#include "base/log.h"
#include "compliance/sync.h"
#include "crypto/hash.h"

/* A file that lost more than half its rows, or all of them, is not believed. */
#define DROP_DIVISOR 2

enum change { ADDED, REINSTATED, CHANGED, REMOVED, N_CHANGES };

static const struct {
	const char *type, *priority, *title;
} kinds[N_CHANGES] = {
	[ADDED] = {"exclusion.added", "high", "Exclusion added"},
	[REINSTATED] = {"exclusion.reinstated", "normal", "Reinstated"},
	[CHANGED] = {"exclusion.changed", "normal", "Exclusion changed"},
	[REMOVED] = {"exclusion.removed", "normal", "No longer listed"},
};

/* Rows that go into one statement as parallel lists. */
struct change_list {
	const char **keys;
	const char **hashes;
	const char **columns;
	const char **titles;
	const char **states;
	size_t n;
};

static struct change_list change_list_new(struct arena *arena, size_t n)
{
	return (struct change_list){.keys = arena_array_of(arena, const char *, n + 1),
				    .hashes = arena_array_of(arena, const char *, n + 1),
				    .columns = arena_array_of(arena, const char *, n + 1),
				    .titles = arena_array_of(arena, const char *, n + 1),
				    .states = arena_array_of(arena, const char *, n + 1)};
}

static void change_add(struct arena *arena, struct change_list lists[N_CHANGES], enum change kind,
		       const struct leie_row *row)
{
	struct change_list *list = &lists[kind];

	list->keys[list->n] = row->key;
	list->hashes[list->n] = row->hash;
	list->columns[list->n] = row->columns;
	list->states[list->n] = row->state;
	list->titles[list->n++] =
		arena_printf(arena, "%s: %s%s%s%s", kinds[kind].title, row->name,
			     *row->state ? " (" : "", row->state, *row->state ? ")" : "");
}

#define LIST(array, count) ((struct text_list){(array), (count)})

static struct status write_changes(struct rpc_call *call, const struct sync *sync, enum change kind,
				   const struct change_list *list)
{
	/* The first file is the baseline. */
	if (list->n == 0 || !*sync->source->sha256)
		return OK;
	return q_insert_changes(call->tx, .source_id = sync->order->id, .type = kinds[kind].type,
				.priority = kinds[kind].priority, .keys = LIST(list->keys, list->n),
				.hashes = LIST(list->hashes, list->n),
				.titles = LIST(list->titles, list->n),
				.states = LIST(list->states, list->n),
				.columns = LIST(list->columns, list->n), .now = call->now);
}

/*
 * Merges the sorted new rows with the stored ones, which come sorted the same
 * way.  gone gets the keys that are in the file no more.
 */
static void compare(struct rpc_call *call, const struct sync *sync, const struct q_row_row *old,
		    size_t n_old, struct change_list lists[N_CHANGES], struct text_list *gone)
{
	const char **keys = arena_array_of(call->arena, const char *, n_old + 1);
	size_t i = 0, k = 0;

	while (i < sync->n || k < n_old) {
		const struct leie_row *row = &sync->rows[i];
		int order = i == sync->n ? 1
			    : k == n_old ? -1
					 : strcmp(row->key, old[k].natural_key);

		if (order < 0)
			change_add(call->arena, lists, row->reinstated ? REINSTATED : ADDED, row);
		else if (order > 0)
			keys[gone->n++] = old[k].natural_key;
		else if (strcmp(row->hash, old[k].row_hash) != 0)
			change_add(call->arena, lists,
				   row->reinstated && !old[k].reinstated ? REINSTATED : CHANGED,
				   row);
		i += order <= 0;
		k += order >= 0;
	}
	gone->items = keys;
}

/* What they were is read as they go: the title names people as the file did. */
static struct status remove_rows(struct rpc_call *call, const struct sync *sync,
				 struct text_list gone, struct change_list lists[N_CHANGES])
{
	struct q_gone_row *rows;
	size_t n;

	if (gone.n == 0)
		return OK;
	TRY(q_take_rows(call->tx, sync->order->id, gone, &rows, &n));
	for (size_t i = 0; i < n; i++) {
		const struct leie_row row = {.key = rows[i].natural_key,
					     .hash = rows[i].row_hash,
					     .columns = str_dup(call->arena, rows[i].columns),
					     .name = rows[i].who,
					     .state = strlen(rows[i].state) == 2 ? rows[i].state
										 : ""};

		change_add(call->arena, lists, REMOVED, &row);
	}
	return OK;
}

static struct status put_rows(struct rpc_call *call, const struct sync *sync,
			      const struct change_list *list)
{
	if (list->n == 0)
		return OK;
	return q_put_rows(call->tx, .source_id = sync->order->id, .keys = LIST(list->keys, list->n),
			  .hashes = LIST(list->hashes, list->n),
			  .columns = LIST(list->columns, list->n));
}

/* Of the sorted rows' canonical hashes: equal for files that differ in layout alone. */
static const char *canonical_hash(struct arena *arena, const struct sync *sync)
{
	struct strbuf hashes = strbuf_new(arena);
	char *hex = arena_alloc(arena, 2 * SHA256_BYTES + 1);
	uint8_t hash[SHA256_BYTES];

	for (size_t i = 0; i < sync->n; i++)
		strbuf_add_c(&hashes, sync->rows[i].hash);
	crypto_sha256(hash, hashes.ptr, hashes.len);
	hex_encode(hex, hash, sizeof hash);
	return hex;
}

static struct status write_snapshot(struct rpc_call *call, const struct sync *sync)
{
	if (strcmp(sync->out->sha256, sync->source->sha256) == 0)
		return OK;
	return q_insert_snapshot(call->tx, .id = uuid_v7(call->now), .source_id = sync->order->id,
				 .sha256 = sync->out->sha256,
				 .canonical_hash = canonical_hash(call->arena, sync),
				 .row_count = (int32_t)sync->n,
				 .byte_count = (int64_t)sync->fetched.body.len, .now = call->now);
}

static bool is_too_small(const struct sync *sync, size_t n_old)
{
	return !sync->order->accept_drop && n_old > 0 &&
	       (sync->n == 0 || sync->n * DROP_DIVISOR < n_old);
}

struct status sync_write_changes(struct rpc_call *call, struct sync *sync)
{
	struct change_list lists[N_CHANGES];
	struct text_list gone = {};
	struct q_row_row *old;
	size_t n_old;

	TRY(q_current_rows(call->tx, sync->order->id, &old, &n_old));
	if (is_too_small(sync, n_old))
		return sync_drift(sync, "more than half of the rows are missing");
	for (int i = 0; i < N_CHANGES; i++)
		lists[i] = change_list_new(call->arena, i == REMOVED ? n_old : sync->n);
	compare(call, sync, old, n_old, lists, &gone);
	TRY(remove_rows(call, sync, gone, lists));
	for (int i = 0; i < REMOVED; i++)
		TRY(put_rows(call, sync, &lists[i]));
	for (int i = 0; i < N_CHANGES; i++)
		TRY(write_changes(call, sync, (enum change)i, &lists[i]));
	sync->out->rows = (int32_t)sync->n;
	sync->out->added = (int32_t)lists[ADDED].n;
	sync->out->modified = (int32_t)(lists[CHANGED].n + lists[REINSTATED].n);
	sync->out->removed = (int32_t)lists[REMOVED].n;
	sync->out->changed = sync->out->added + sync->out->modified + sync->out->removed > 0;
	return write_snapshot(call, sync);
}
