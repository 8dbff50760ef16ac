#include "audit/audit.h"

struct status audit_get_event(struct rpc_call *call, const Audit__GetEventRequest *req,
			      Audit__AuditEvent *resp)
{
	struct q_entry_row *row;
	struct uuid id = pb_uuid(req->id);

	TRY(q_entry_by_event(call->tx, id, &row));
	if (!row)
		return FAIL(EVENT_NOT_FOUND);
	return q_entry_fill(call->arena, row, resp);
}
