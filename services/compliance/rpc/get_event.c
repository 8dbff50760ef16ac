#include "compliance/compliance.h"

struct status compliance_get_event(struct rpc_call *call, const Compliance__GetEventRequest *req,
				   Compliance__ComplianceEvent *resp)
{
	struct q_event_row *row;

	TRY(q_event_by_id(call->tx, pb_uuid(req->id), &row));
	if (!row)
		return FAIL(EVENT_NOT_FOUND);
	return q_event_fill(call->arena, row, resp);
}
