#include "program/period.h"
#include "program/states.h"

struct status program_activate_program(struct rpc_call *call,
				       const Program__ActivateProgramRequest *req,
				       Program__Program *resp)
{
	static const char *const from[] = {"draft", "paused", "active", NULL};
	struct q_program_row *row;

	TRY(lock_program(call, pb_uuid(req->id), &row));
	if (row->published_version == 0)
		return FAIL(FAILED_PRECONDITION, "NO_PUBLISHED_SCREENER");
	TRY(program_check_not_over(call, row));
	TRY(states_check_published(call, row));
	return program_move(call, req->id, from, "active", "program.activated", "PROGRAM_ENDED",
			    resp);
}
