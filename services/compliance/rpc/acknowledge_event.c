#include "compliance/compliance.h"

/* Acknowledging twice is no mistake; the first note stays. */
struct status compliance_acknowledge_event(struct rpc_call *call,
					   const Compliance__AcknowledgeEventRequest *req,
					   Compliance__ComplianceEvent *resp)
{
	struct uuid id = pb_uuid(req->id);
	struct q_event_row *old, *row;

	TRY(q_lock_event(call->tx, id, &old));
	if (!old)
		return FAIL(EVENT_NOT_FOUND);
	if (strcmp(old->status, "resolved") == 0)
		return FAIL(EVENT_RESOLVED);
	if (strcmp(old->status, "active") != 0)
		return q_event_fill(call->arena, old, resp);
	TRY(q_acknowledge_event(call->tx, &row, .id = id, .note = req->note,
				.actor = call->principal->id, .now = call->now));
	TRY(q_event_fill(call->arena, row, resp));
	return emit_compliance_event(call, "compliance_event.acknowledged", old, resp);
}
