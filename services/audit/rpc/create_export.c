#include "audit/audit.h"
#include "svc/kit/change.h"

/* The export is the log up to a signed checkpoint; its own event follows behind that. */
struct status audit_create_export(struct rpc_call *call, const Audit__CreateExportRequest *req,
				  Audit__Export *resp)
{
	struct q_checkpoint_row *checkpoint;
	struct q_export_row *row;

	TRY(audit_sign(call, &checkpoint));
	TRY(q_insert_export(call->tx, &row, .id = uuid_v7(call->now), .size = checkpoint->size,
			    .root = checkpoint->root, .note = checkpoint->note,
			    .purpose = req->export->purpose, .actor = call->principal->id,
			    .now = call->now));
	TRY(q_export_fill(call->arena, row, resp));
	return svc_emit_change(
		call, "audit.exported",
		&(struct change_out){.resource = &audit__export__info, .after = resp});
}
