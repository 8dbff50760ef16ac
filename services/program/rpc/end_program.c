#include "program/program.h"

struct status program_end_program(struct rpc_call *call, const Program__EndProgramRequest *req,
				  Program__Program *resp)
{
	static const char *const from[] = {"draft", "active", "paused", "ended", NULL};

	return program_move(call, req->id, from, "ended", "program.ended", REASON_PROGRAM_ENDED,
			    resp);
}
