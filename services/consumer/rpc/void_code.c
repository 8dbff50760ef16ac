#include "consumer/code_staff.h"

struct status consumer_void_code(struct rpc_call *call, const Consumer__VoidCodeRequest *req,
				 Consumer__Code *resp)
{
	struct uuid id = pb_uuid(req->id);
	struct q_staff_code_row *old, *row;
	int64_t voided;

	TRY(staff_code_lock(call, id, &old));
	if (strcmp(old->status, "redeemed") == 0)
		return FAIL(CODE_REDEEMED);
	TRY(q_void_code(call->tx, &voided, .id = id, .reason = req->reason, .replaced_by = NULL,
			.actor = call->principal->id, .now = call->now));
	TRY(staff_code_find(call, id, &row));
	if (voided)
		TRY(emit_staff_code(call, "code.voided", old, row, req->reason));
	return staff_code_show(call, row, resp);
}
