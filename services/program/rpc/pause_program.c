#include "program/program.h"

struct status program_pause_program(struct rpc_call *call, const Program__PauseProgramRequest *req,
				    Program__Program *resp)
{
	static const char *const from[] = {"active", "paused", NULL};

	return program_move(call, req->id, from, "paused", "program.paused",
			    REASON_PROGRAM_NOT_ACTIVE, resp);
}
