#include "consumer/code_staff.h"

struct status consumer_get_code(struct rpc_call *call, const Consumer__GetCodeRequest *req,
				Consumer__Code *resp)
{
	struct q_staff_code_row *row;

	TRY(staff_code_find(call, consumer_id(req->id), &row));
	staff_code_to_proto(call, row, resp);
	return OK;
}
