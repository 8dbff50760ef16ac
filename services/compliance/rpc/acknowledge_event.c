#include "compliance/compliance.h"

/* Acknowledging twice is no mistake; the first note stays. */
struct status compliance_acknowledge_event(struct rpc_call *call,
					   const Compliance__AcknowledgeEventRequest *req,
					   Compliance__ComplianceEvent *resp)
{
	struct uuid id = pb_uuid(req->id);
	struct q_event_row *row;

	TRY(q_acknowledge_event(call->tx, &row, .id = id, .note = req->note,
				.actor = call->principal->id, .now = call->now));
	if (row) {
		emit_compliance_event(call, "compliance_event.acknowledged", "active", row);
	} else {
		TRY(q_event_by_id(call->tx, id, &row));
		if (!row)
			return FAIL(NOT_FOUND, "EVENT_NOT_FOUND");
		if (strcmp(row->status, "resolved") == 0)
			return FAIL(FAILED_PRECONDITION, "EVENT_RESOLVED");
	}
	return q_event_fill(call->arena, row, resp);
}
