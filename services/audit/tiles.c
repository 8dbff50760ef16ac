#include "audit/audit.h"

/* One stored hash: of an entry (height 0) or of a tile's root (8, 16, …). */
static struct status stored_hashes(struct rpc_call *call, unsigned height, uint64_t first,
				   uint64_t count, struct q_hash_row **rows)
{
	size_t n;

	if (height == 0)
		TRY(q_leaf_hashes(call->tx, (int64_t)first, (int64_t)(first + count), rows, &n));
	else
		TRY(q_node_hashes(call->tx, (int32_t)height, (int64_t)first,
				  (int64_t)(first + count), rows, &n));
	return n == count ? OK : FAIL(TREE_INCOMPLETE);
}

struct status audit_lookup(void *arg, unsigned height, uint64_t index, struct merkle_hash *out)
{
	struct rpc_call *call = arg;
	unsigned base = height - height % 8;
	uint64_t count = (uint64_t)1 << (height - base);
	struct merkle_hash *fold = arena_array_of(call->arena, struct merkle_hash, count);
	struct q_hash_row *rows;

	TRY(stored_hashes(call, base, index << (height - base), count, &rows));
	for (uint64_t i = 0; i < count; i++)
		TRY(hash_of_bytes(rows[i].hash, &fold[i]));
	for (; count > 1; count /= 2)
		for (uint64_t i = 0; i < count / 2; i++)
			fold[i] = merkle_node(&fold[2 * i], &fold[2 * i + 1]);
	*out = fold[0];
	return OK;
}
