#include "audit/audit.h"

struct status audit_get_export(struct rpc_call *call, const Audit__GetExportRequest *req,
			       Audit__Export *resp)
{
	struct q_export_row *row;
	struct uuid id = {};

	(void)uuid_parse(str_of(req->id), &id);
	TRY(q_export_by_id(call->tx, id, &row));
	if (!row)
		return FAIL(NOT_FOUND, "EXPORT_NOT_FOUND");
	export_to_proto(call->arena, row, resp);
	return OK;
}
