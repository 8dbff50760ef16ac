#include "program/program.h"

struct status program_delete_program(struct rpc_call *call,
				     const Program__DeleteProgramRequest *req,
				     Program__DeleteProgramResponse *resp)
{
	struct q_program_row *old, *row;

	(void)resp;
	TRY(lock_program(call, pb_uuid(req->id), &old));
	if (strcmp(old->status, "active") == 0)
		return FAIL(PROGRAM_ACTIVE);
	TRY(q_delete_program(call->tx, old->id, call->principal->id, call->now, &row));
	return emit_program(call, "program.deleted", old, row, NULL);
}
