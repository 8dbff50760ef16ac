#include "contract/mask.h"
#include "program/program.h"
#include "program/states.h"

static struct status write_program(struct rpc_call *call, const Program__UpdateProgramRequest *req,
				   const struct q_program_row *old, struct q_program_row **row)
{
	struct q_program_row changed = *old;

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
	struct q_program_row *old, *row;

	TRY(check(call, req));
	TRY(lock_program(call, pb_uuid(req->id), &old));
	if (strcmp(old->status, "ended") == 0)
		return FAIL(PROGRAM_ENDED);
	TRY(write_program(call, req, old, &row));
	if (!row)
		return FAIL(VERSION_CONFLICT);
	TRY(states_check_published(call, row));
	TRY(q_program_fill(call->arena, row, resp));
	return emit_program(call, "program.updated", old, row, resp);
}
