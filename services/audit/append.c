#include "audit/audit.h"
#include "contract/time.h"

/* What grows while events are appended: the tree and, as it completes them, its tiles. */
struct growth {
	struct rpc_call *call;
	struct merkle_frontier frontier;
	struct status status;
};

/* Only heights that are multiples of eight are kept: the rest folds from at most 255 below. */
static void keep_tile(void *arg, unsigned height, uint64_t index, const struct merkle_hash *hash)
{
	struct growth *growth = arg;

	if (height % 8 != 0 || is_failed(growth->status))
		return;
	growth->status = q_insert_node_later(growth->call->tx, (int32_t)height, (int64_t)index,
					     (struct str){(const char *)hash->bytes, MERKLE_HASH});
}

/* The columns of a batch: each entry is the same place in all of them. */
enum text {
	SOURCE,
	ACTOR_KIND,
	ACTOR_ID,
	ACTOR_LABEL,
	ACTION,
	TARGET_KIND,
	TARGET_ID,
	OUTCOME,
	REQUEST_ID,
	ADDRESS,
	USER_AGENT,
	N_TEXTS
};
struct columns {
	size_t n;
	struct uuid *event_ids;
	instant *occurred_ats;
	int64_t *target_versions;
	struct str *befores, *afters, *leaves, *leaf_hashes;
	const char **texts[N_TEXTS];
};

static struct columns columns_new(struct arena *arena, size_t n)
{
	struct columns columns = {
		.n = n,
		.event_ids = arena_array_of(arena, struct uuid, n),
		.occurred_ats = arena_array_of(arena, instant, n),
		.target_versions = arena_array_of(arena, int64_t, n),
		.befores = arena_array_of(arena, struct str, n),
		.afters = arena_array_of(arena, struct str, n),
		.leaves = arena_array_of(arena, struct str, n),
		.leaf_hashes = arena_array_of(arena, struct str, n),
	};

	for (size_t text = 0; text < N_TEXTS; text++)
		columns.texts[text] = arena_array_of(arena, const char *, n);
	return columns;
}

/* "" becomes NULL in its column. */
static const char *uuid_or_empty(const char *text)
{
	struct uuid id;

	return uuid_parse(str_of(text), &id) ? text : "";
}

static struct str str_of_bytes(ProtobufCBinaryData bytes)
{
	return (struct str){bytes.len ? (const char *)bytes.data : NULL, bytes.len};
}

static void set_texts(struct columns *columns, size_t i, const Event__Event *event)
{
	const Event__Actor *actor = event->actor;
	const Event__Target *target = event->target;

	columns->texts[SOURCE][i] = event->source;
	columns->texts[ACTOR_KIND][i] = actor ? actor->kind : "";
	columns->texts[ACTOR_ID][i] = actor ? uuid_or_empty(actor->id) : "";
	columns->texts[ACTOR_LABEL][i] = actor ? actor->label : "";
	columns->texts[ACTION][i] = event->action;
	columns->texts[TARGET_KIND][i] = target ? target->kind : "";
	columns->texts[TARGET_ID][i] = target ? uuid_or_empty(target->id) : "";
	columns->texts[OUTCOME][i] = event->outcome;
	columns->texts[REQUEST_ID][i] = event->request_id;
	columns->texts[ADDRESS][i] = event->address;
	columns->texts[USER_AGENT][i] = event->user_agent;
}

static struct status set_entry(struct columns *columns, size_t i, const Event__Event *event,
			       struct str leaf, const struct merkle_hash *hash)
{
	if (!uuid_parse(str_of(event->id), &columns->event_ids[i]))
		return FAIL(MALFORMED_EVENT);
	columns->occurred_ats[i] = pb_instant(event->occurred_at);
	columns->target_versions[i] = event->target ? event->target->version : 0;
	columns->befores[i] = str_of_bytes(event->before);
	columns->afters[i] = str_of_bytes(event->after);
	columns->leaves[i] = leaf;
	columns->leaf_hashes[i] = (struct str){(const char *)hash->bytes, MERKLE_HASH};
	set_texts(columns, i, event);
	return OK;
}

static struct text_list texts_of(const struct columns *columns, enum text text)
{
	return (struct text_list){columns->texts[text], columns->n};
}

static struct bytes_list bytes_of(const struct columns *columns, const struct str *items)
{
	return (struct bytes_list){items, columns->n};
}

/* One statement for the whole batch. */
static struct status insert_entries(struct rpc_call *call, int64_t first, const struct columns *c)
{
	return q_insert_entries_later(
		call->tx, .first_idx = first, .recorded_at = call->now,
		.event_ids = ((struct uuid_list){c->event_ids, c->n}),
		.occurred_ats = ((struct instant_list){c->occurred_ats, c->n}),
		.sources = texts_of(c, SOURCE), .actor_kinds = texts_of(c, ACTOR_KIND),
		.actor_ids = texts_of(c, ACTOR_ID), .actor_labels = texts_of(c, ACTOR_LABEL),
		.actions = texts_of(c, ACTION), .target_kinds = texts_of(c, TARGET_KIND),
		.target_ids = texts_of(c, TARGET_ID),
		.target_versions = ((struct int8_list){c->target_versions, c->n}),
		.befores = bytes_of(c, c->befores), .afters = bytes_of(c, c->afters),
		.outcomes = texts_of(c, OUTCOME), .request_ids = texts_of(c, REQUEST_ID),
		.addresses = texts_of(c, ADDRESS), .user_agents = texts_of(c, USER_AGENT),
		.leaves = bytes_of(c, c->leaves), .leaf_hashes = bytes_of(c, c->leaf_hashes));
}

/* The row lock on the log is what puts a tenant's events in one order. */
static struct status lock_frontier(struct rpc_call *call, struct merkle_frontier *frontier)
{
	struct q_log_row *log;

	TRY(q_ensure_log_later(call->tx, (struct str){"\0\0\0\0\0\0\0\0", 8}, call->now));
	TRY(q_lock_log(call->tx, &log));
	if (!merkle_frontier_decode(frontier, (const uint8_t *)log->frontier.ptr,
				    log->frontier.len))
		return FAIL(FRONTIER_SHAPE);
	return OK;
}

static struct status update_log(struct rpc_call *call, const struct merkle_frontier *frontier)
{
	uint8_t encoded[MERKLE_FRONTIER_BYTES];
	struct merkle_hash root = merkle_root(frontier);
	size_t len = merkle_frontier_encode(encoded, frontier);

	return q_update_log_later(call->tx, .size = (int64_t)frontier->size,
				  .frontier = ((struct str){(const char *)encoded, len}),
				  .root = ((struct str){(const char *)root.bytes, MERKLE_HASH}),
				  .now = call->now);
}

struct status audit_append(struct rpc_call *call, const Event__Event *const *events, size_t n)
{
	struct merkle_hash *hashes = arena_array_of(call->arena, struct merkle_hash, n);
	struct columns columns = columns_new(call->arena, n);
	struct growth growth = {.call = call};
	int64_t first;

	TRY(lock_frontier(call, &growth.frontier));
	first = (int64_t)growth.frontier.size;
	for (size_t i = 0; i < n; i++) {
		struct str leaf = audit_leaf(call->arena, events[i], first + (int64_t)i, call->now);

		hashes[i] = merkle_leaf(leaf.ptr, leaf.len);
		TRY(set_entry(&columns, i, events[i], leaf, &hashes[i]));
		merkle_append(&growth.frontier, &hashes[i], keep_tile, &growth);
		TRY(growth.status);
	}
	TRY(insert_entries(call, first, &columns));
	return update_log(call, &growth.frontier);
}
