#include "compliance/compliance.h"

struct status compliance_get_event(struct rpc_call *call, const Compliance__GetEventRequest *req,
				   Compliance__ComplianceEvent *resp)
{
	struct q_event_row *row;

	TRY(q_event_by_id(call->tx, compliance_id_of(req->id), &row));
	if (!row)
		return FAIL(NOT_FOUND, "EVENT_NOT_FOUND");
	compliance_event_to_proto(call->arena, row, resp);
	return OK;
}
