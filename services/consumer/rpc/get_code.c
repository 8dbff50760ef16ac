#include "consumer/code_staff.h"

struct status consumer_get_code(struct rpc_call *call, const Consumer__GetCodeRequest *req,
				Consumer__Code *resp)
{
	struct q_staff_code_row *row;

	TRY(staff_code_find(call, pb_uuid(req->id), &row));
	return staff_code_show(call, row, resp);
}
