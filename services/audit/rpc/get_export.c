#include "audit/audit.h"

struct status audit_get_export(struct rpc_call *call, const Audit__GetExportRequest *req,
			       Audit__Export *resp)
{
	struct q_export_row *row;
	struct uuid id = pb_uuid(req->id);

	TRY(q_export_by_id(call->tx, id, &row));
	if (!row)
		return FAIL(EXPORT_NOT_FOUND);
	return q_export_fill(call->arena, row, resp);
}
