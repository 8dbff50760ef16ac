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

static const struct uuid *uuid_or_null(struct arena *arena, const char *text)
{
	struct uuid *id = arena_new_of(arena, struct uuid);

	return uuid_parse(str_of(text), id) ? id : NULL;
}

static struct str str_of_bytes(ProtobufCBinaryData bytes)
{
	return (struct str){bytes.len ? (const char *)bytes.data : NULL, bytes.len};
}

static struct status insert_entry(struct rpc_call *call, const Event__Event *event, int64_t index,
				  struct str leaf, const struct merkle_hash *hash)
{
	struct arena *arena = call->arena;
	struct uuid id;

	if (!uuid_parse(str_of(event->id), &id))
		return FAIL(INVALID_ARGUMENT, "MALFORMED_EVENT");
	return q_insert_entry_later(
		call->tx, .idx = index, .event_id = id,
		.occurred_at = pb_instant(event->occurred_at), .recorded_at = call->now,
		.source = event->source, .actor_kind = event->actor ? event->actor->kind : "",
		.actor_id = event->actor ? uuid_or_null(arena, event->actor->id) : NULL,
		.actor_label = event->actor ? event->actor->label : "", .action = event->action,
		.target_kind = event->target ? event->target->kind : "",
		.target_id = event->target ? uuid_or_null(arena, event->target->id) : NULL,
		.target_version = event->target ? event->target->version : 0,
		.before = str_of_bytes(event->before), .after = str_of_bytes(event->after),
		.outcome = event->outcome, .request_id = event->request_id,
		.address = event->address, .user_agent = event->user_agent, .leaf = leaf,
		.leaf_hash = ((struct str){(const char *)hash->bytes, MERKLE_HASH}));
}

/* The row lock on the log is what puts a tenant's events in one order. */
static struct status lock_frontier(struct rpc_call *call, struct merkle_frontier *frontier)
{
	struct q_log_row *log;

	TRY(q_ensure_log(call->tx, (struct str){"\0\0\0\0\0\0\0\0", 8}, call->now));
	TRY(q_lock_log(call->tx, &log));
	if (!merkle_frontier_decode(frontier, (const uint8_t *)log->frontier.ptr,
				    log->frontier.len))
		return FAIL(DATA_LOSS, "FRONTIER_SHAPE");
	return OK;
}

struct status audit_append(struct rpc_call *call, const Event__Event *const *events, size_t n)
{
	struct growth growth = {.call = call};
	uint8_t encoded[MERKLE_FRONTIER_BYTES];
	struct merkle_hash root;
	size_t len;

	TRY(lock_frontier(call, &growth.frontier));
	for (size_t i = 0; i < n; i++) {
		int64_t index = (int64_t)growth.frontier.size;
		struct str leaf = audit_leaf(call->arena, events[i], index, call->now);
		struct merkle_hash hash = merkle_leaf(leaf.ptr, leaf.len);

		TRY(insert_entry(call, events[i], index, leaf, &hash));
		merkle_append(&growth.frontier, &hash, keep_tile, &growth);
		TRY(growth.status);
	}
	root = merkle_root(&growth.frontier);
	len = merkle_frontier_encode(encoded, &growth.frontier);
	return q_update_log(call->tx, .size = (int64_t)growth.frontier.size,
			    .frontier = ((struct str){(const char *)encoded, len}),
			    .root = ((struct str){(const char *)root.bytes, MERKLE_HASH}),
			    .now = call->now);
}
