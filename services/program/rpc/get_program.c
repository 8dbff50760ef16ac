#include "program/program.h"

struct status program_get_program(struct rpc_call *call, const Program__GetProgramRequest *req,
				  Program__Program *resp)
{
	struct q_program_row *row;

	TRY(q_program_by_id(call->tx, pb_uuid(req->id), &row));
	if (!row)
		return FAIL(PROGRAM_NOT_FOUND);
	return q_program_fill(call->arena, row, resp);
}
