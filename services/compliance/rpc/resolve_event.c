#include "compliance/compliance.h"

struct status compliance_resolve_event(struct rpc_call *call,
				       const Compliance__ResolveEventRequest *req,
				       Compliance__ComplianceEvent *resp)
{
	struct uuid id = pb_uuid(req->id);
	struct q_event_row *row;

	TRY(q_resolve_event(call->tx, &row, .id = id, .note = req->note,
			    .actor = call->principal->id, .now = call->now));
	if (row)
		emit_compliance_event(call, "compliance_event.resolved",
				      row->acknowledged_at ? "acknowledged" : "active", row);
	else
		TRY(q_event_by_id(call->tx, id, &row));
	if (!row)
		return FAIL(NOT_FOUND, "EVENT_NOT_FOUND");
	return q_event_fill(call->arena, row, resp);
}
