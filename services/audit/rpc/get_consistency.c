#include "audit/audit.h"

/* The root of the tree as it was at this size. */
static struct status root_at(struct rpc_call *call, uint64_t size, struct merkle_hash *root)
{
	struct merkle_frontier frontier = {.size = size};
	uint64_t begin = 0;

	for (unsigned height = 63; height-- > 0;) {
		if (!(size >> height & 1))
			continue;
		TRY(audit_lookup(call, height, begin >> height, &frontier.nodes[frontier.n++]));
		begin += (uint64_t)1 << height;
	}
	*root = merkle_root(&frontier);
	return OK;
}

struct status audit_get_consistency(struct rpc_call *call, const Audit__GetConsistencyRequest *req,
				    Audit__ConsistencyProof *resp)
{
	struct merkle_hash old_root, root;
	struct merkle_proof proof;
	struct q_log_row *log;
	int64_t size;

	TRY(q_current_log(call->tx, &log));
	size = req->size ? req->size : log ? log->size : 0;
	if (!log || size > log->size || req->old_size > size)
		return FAIL(NO_SUCH_TREE);
	TRY(root_at(call, (uint64_t)req->old_size, &old_root));
	TRY(root_at(call, (uint64_t)size, &root));
	TRY(merkle_consistency_proof((uint64_t)req->old_size, (uint64_t)size, audit_lookup, call,
				     &proof));
	resp->old_size = req->old_size;
	resp->size = size;
	resp->old_root_hash = hash_text(call->arena, &old_root);
	resp->root_hash = hash_text(call->arena, &root);
	resp->hashes = arena_array_of(call->arena, const char *, proof.n);
	for (size_t i = 0; i < proof.n; i++)
		resp->hashes[resp->n_hashes++] = hash_text(call->arena, &proof.hashes[i]);
	return OK;
}
