#include "audit/audit.h"

struct status audit_get_event(struct rpc_call *call, const Audit__GetEventRequest *req,
			      Audit__AuditEvent *resp)
{
	struct q_entry_row *row;
	struct uuid id = {};

	(void)uuid_parse(str_of(req->id), &id);
	TRY(q_entry_by_event(call->tx, id, &row));
	if (!row)
		return FAIL(NOT_FOUND, "EVENT_NOT_FOUND");
	event_to_proto(call->arena, row, resp);
	return OK;
}
