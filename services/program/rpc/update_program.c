#include "contract/mask.h"
#include "program/program.h"
#include "program/states.h"

static struct status write_program(struct rpc_call *call, const Program__UpdateProgramRequest *req,
				   struct q_program_row **row)
{
	const Google__Protobuf__FieldMask *mask = req->update_mask;
	const Program__Program *in = req->program;
	struct text_list states = {in->states, in->n_states};
	bool redeem_when_paused = in->redeem_when_paused, redeem_after_end = in->redeem_after_end;
	bool has_budget = in->_code_budget_case == PROGRAM__PROGRAM___CODE_BUDGET_CODE_BUDGET;

	/* An empty list is a value; a NULL one leaves the column. */
	if (!states.items)
		states.items = (const char *const[]){NULL};
	return q_update_program(
		call->tx, row, .id = id_of(req->id),
		.name = mask_has(mask, "name") ? in->name : NULL,
		.drug = mask_has(mask, "drug") ? in->drug : NULL,
		.sponsor = mask_has(mask, "sponsor") ? in->sponsor : NULL,
		.description = mask_has(mask, "description") ? in->description : NULL,
		.states = mask_has(mask, "states") ? states : ((struct text_list){}),
		.set_starts = mask_has(mask, "starts_on"),
		.starts_on = date_or_null(call->arena, in->starts_on),
		.set_ends = mask_has(mask, "ends_on"),
		.ends_on = date_or_null(call->arena, in->ends_on),
		.set_budget = mask_has(mask, "code_budget"),
		.code_budget = has_budget ? &in->code_budget : NULL,
		.time_zone = mask_has(mask, "time_zone") ? in->time_zone : NULL,
		.redeem_when_paused =
			mask_has(mask, "redeem_when_paused") ? &redeem_when_paused : NULL,
		.redeem_after_end = mask_has(mask, "redeem_after_end") ? &redeem_after_end : NULL,
		.attempts_by =
			mask_has(mask, "attempts_by") ? attempts_by_text(in->attempts_by) : NULL,
		.expected_version = in->version, .actor = call->principal->id, .now = call->now);
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
	TRY(lock_program(call, id_of(req->id), &row));
	if (strcmp(row->status, "ended") == 0)
		return FAIL(FAILED_PRECONDITION, "PROGRAM_ENDED");
	TRY(write_program(call, req, &row));
	if (!row)
		return FAIL(ABORTED, "VERSION_CONFLICT");
	TRY(states_check_published(call, row));
	TRY(emit_program(call, "program.updated", row, false));
	program_to_proto(call->arena, row, resp);
	return OK;
}
