#include <aegis/event/v1/event.aegis.h>

#include "base/encoding.h"
#include "contract/time.h"
#include "program/period.h"
#include "svc/kit/change.h"
#include "svc_core/sandbox.h"

struct status draft_show(struct rpc_call *call, const struct q_draft_row *row,
			 Program__ScreenerVersion *out)
{
	TRY(q_draft_fill(call->arena, row, out));
	out->status = PROGRAM__SCREENER_STATUS__SCREENER_DRAFT;
	out->generation = row->revision + row->acceptances;
	return OK;
}

struct status version_show(struct rpc_call *call, const struct q_version_row *row,
			   Program__ScreenerVersion *out)
{
	TRY(q_version_fill(call->arena, row, out));
	out->status = row->retired ? PROGRAM__SCREENER_STATUS__SCREENER_RETIRED
				   : PROGRAM__SCREENER_STATUS__SCREENER_PUBLISHED;
	/*
	 * Microseconds are far beyond the count of any draft's changes.  A published version
	 * changes once at most: it is retired.
	 */
	out->generation = row->published_at + row->retired;
	return OK;
}

struct status emit_program(struct rpc_call *call, const char *action,
			   const struct q_program_row *old, const struct q_program_row *row,
			   const Program__Program *program)
{
	Event__ProgramChanged payload = EVENT__PROGRAM_CHANGED__INIT;
	Program__Program before = PROGRAM__PROGRAM__INIT;
	Program__ProgramState state;

	if (old)
		TRY(q_program_fill(call->arena, old, &before));
	TRY(program_state(call->arena, row, !program, &state));
	payload.program_id = state.program_id;
	payload.version = state.version;
	payload.status = state.status;
	payload.begins_at = state.begins_at;
	payload.ends_at = state.ends_at;
	payload.redeem_when_paused = state.redeem_when_paused;
	payload.redeem_after_end = state.redeem_after_end;
	payload.last_version = state.last_version;
	return svc_emit_change(
		call, action,
		&(struct change_out){.resource = &program__program__info,
				     .before = old ? &before : NULL,
				     .after = program,
				     .payload_case = EVENT__EVENT__PAYLOAD_PROGRAM_CHANGED,
				     .payload = &payload});
}

struct status emit_screener(struct rpc_call *call, const char *action,
			    const Program__ScreenerVersion *old,
			    const Program__ScreenerVersion *screener)
{
	return svc_emit_change(call, action,
			       &(struct change_out){.resource = &program__screener_version__info,
						    .before = old,
						    .after = screener});
}

struct status lock_program(struct rpc_call *call, struct uuid id, struct q_program_row **row)
{
	struct q_program_row *found;

	TRY(q_lock_program(call->tx, id, &found));
	if (!found)
		return FAIL(PROGRAM_NOT_FOUND);
	*row = found;
	return OK;
}

struct status program_move(struct rpc_call *call, const char *id, const char *const *from,
			   const char *to, const char *action, enum reason refusal,
			   Program__Program *resp)
{
	struct q_program_row *old, *row;

	TRY(lock_program(call, pb_uuid(id), &old));
	while (*from && strcmp(*from, old->status) != 0)
		from++;
	if (!*from)
		return fail_as(refusal);
	if (strcmp(old->status, to) == 0)
		return q_program_fill(call->arena, old, resp);
	TRY(q_set_program_status(call->tx, &row, .id = old->id, .status = to,
				 .actor = call->principal->id, .now = call->now));
	TRY(q_program_fill(call->arena, row, resp));
	return emit_program(call, action, old, row, resp);
}

static const struct db_constraint_map constraints[] = {
	{"program_dates_check", REASON_DATES_REVERSED},
	{"safety_acceptance_key", REASON_SAFETY_ALREADY_ACCEPTED},
	{},
};

static const struct svc_key keys[] = {
	{"publish", KEY_SECRET},
};

const struct svc_descriptor program_daemon = {
	.name = "program",
	.purpose = "drug programs and their versioned, immutable screeners",
	.service = &program_service,
	.handlers = &program_handlers,
	/* The prover. */
	.needs = SANDBOX_SPAWN,
	.queries = &program_queries,
	.keys = keys,
	.n_keys = sizeof keys / sizeof keys[0],
	.constraints = constraints,
};
