#include "program/period.h"

struct status program_get_program_state(struct rpc_call *call,
					const Program__GetProgramStateRequest *req,
					Program__ProgramState *resp)
{
	struct uuid id = pb_uuid(req->program_id);
	struct q_program_row *row, *deleted = NULL;

	TRY(q_program_by_id(call->tx, id, &row));
	if (!row)
		TRY(q_deleted_program(call->tx, id, &deleted));
	if (!row && !deleted)
		return FAIL(PROGRAM_NOT_FOUND);
	return program_state(call->arena, row ? row : deleted, !row, resp);
}
