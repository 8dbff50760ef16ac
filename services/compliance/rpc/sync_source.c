#include "compliance/compliance.h"

struct status compliance_sync_source(struct rpc_call *call,
				     const Compliance__SyncSourceRequest *req,
				     Compliance__SyncSourceResponse *resp)
{
	const struct sync_order order = {.id = pb_uuid(req->id), .accept_drop = req->accept_drop};
	struct sync_outcome outcome;

	TRY(source_sync(call, &order, &outcome));
	resp->changed = outcome.changed;
	resp->rows = outcome.rows;
	resp->added = outcome.added;
	resp->removed = outcome.removed;
	resp->modified = outcome.modified;
	resp->merged_rows = outcome.merged;
	resp->damaged_rows = outcome.damaged;
	resp->n_damaged_lines = outcome.damaged_lines.n;
	resp->damaged_lines = line_numbers(call->arena, outcome.damaged_lines);
	resp->held_rows = outcome.held;
	resp->snapshot_sha256 = outcome.sha256;
	return OK;
}
