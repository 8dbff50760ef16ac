#include "contract/mask.h"
#include "program/program.h"
#include "program/states.h"

static struct status write_program(struct rpc_call *call, const Program__UpdateProgramRequest *req,
				   struct q_program_row **row)
{
	struct q_program_row changed = **row;

	TRY(q_program_from(call->arena, req->program, req->update_mask, &changed));
	return q_update_program(call->tx, row, .program = changed,
				.expected_version = req->program->version,
				.actor = call->principal->id, .now = call->now);
}

static struct status check(struct rpc_call *call, const Program__UpdateProgramRequest *req)
{
	const Program__Program *in = req->program;

	if (mask_has(req->update_mask, "time_zone"))
		TRY(zone_check(call, in->time_zone));
	if (mask_has(req->update_mask, "states"))
		TRY(states_check(call, (struct text_list){in->states, in->n_states}));
	return OK;
}

struct status program_update_program(struct rpc_call *call,
				     const Program__UpdateProgramRequest *req,
				     Program__Program *resp)
{
	struct q_program_row *row;

	TRY(check(call, req));
	TRY(lock_program(call, pb_uuid(req->id), &row));
	if (strcmp(row->status, "ended") == 0)
		return FAIL(FAILED_PRECONDITION, "PROGRAM_ENDED");
	TRY(write_program(call, req, &row));
	if (!row)
		return FAIL(ABORTED, "VERSION_CONFLICT");
	TRY(states_check_published(call, row));
	TRY(emit_program(call, "program.updated", row, false));
	return q_program_fill(call->arena, row, resp);
}
