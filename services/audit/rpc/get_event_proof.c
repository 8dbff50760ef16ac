#include "audit/audit.h"

static void proof_to_proto(struct arena *arena, const struct merkle_proof *proof,
			   Audit__EventProof *out)
{
	out->hashes = arena_array_of(arena, const char *, proof->n);
	out->n_hashes = proof->n;
	for (size_t i = 0; i < proof->n; i++)
		out->hashes[i] = hash_text(arena, &proof->hashes[i]);
}

/* The proof is checked before it leaves: a tree that does not prove itself is DATA_LOSS. */
struct status audit_get_event_proof(struct rpc_call *call, const Audit__GetEventProofRequest *req,
				    Audit__EventProof *resp)
{
	struct q_checkpoint_row *checkpoint;
	struct merkle_hash leaf, root;
	struct merkle_proof proof;
	struct q_entry_row *row;
	struct uuid id = pb_uuid(req->id);
	uint64_t index;

	TRY(q_entry_by_event(call->tx, id, &row));
	if (!row)
		return FAIL(EVENT_NOT_FOUND);
	index = (uint64_t)row->idx;
	TRY(audit_checkpoint(call, row->idx + 1, &checkpoint));
	TRY(hash_of_bytes(checkpoint->root, &root));
	TRY(merkle_inclusion_proof(index, (uint64_t)checkpoint->size, audit_lookup, call, &proof));
	leaf = merkle_leaf(row->leaf.ptr, row->leaf.len);
	if (!merkle_verify_inclusion(&leaf, index, (uint64_t)checkpoint->size, &proof, &root))
		return FAIL(LOG_TAMPERED);
	resp->event_id = req->id;
	resp->index = row->idx;
	resp->tree_size = checkpoint->size;
	resp->leaf_hash = hash_text(call->arena, &leaf);
	resp->root_hash = hash_text(call->arena, &root);
	resp->leaf = pb_bytes(row->leaf);
	resp->checkpoint = checkpoint->note;
	proof_to_proto(call->arena, &proof, resp);
	return OK;
}
