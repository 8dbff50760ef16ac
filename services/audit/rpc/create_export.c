#include "audit/audit.h"

/* The export is the log up to a signed checkpoint; its own event follows behind that. */
struct status audit_create_export(struct rpc_call *call, const Audit__CreateExportRequest *req,
				  Audit__Export *resp)
{
	struct strbuf after = strbuf_new(call->arena);
	struct q_checkpoint_row *checkpoint;
	struct q_export_row *row;

	TRY(audit_sign(call, &checkpoint));
	TRY(q_insert_export(call->tx, &row, .id = uuid_v7(call->now), .size = checkpoint->size,
			    .root = checkpoint->root, .note = checkpoint->note,
			    .purpose = req->export->purpose, .actor = call->principal->id,
			    .now = call->now));
	strbuf_printf(&after, "{\"treeSize\":%lld}", (long long)row->size);
	svc_emit(call, &(struct event_out){.action = "audit.exported",
					   .target_kind = "audit_export",
					   .target_id = row->id,
					   .after = strbuf_str(&after)});
	return q_export_fill(call->arena, row, resp);
}
