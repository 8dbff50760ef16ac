#include "consumer/program_copy.h"

#include <aegis/event/v1/event.aegis.h>

#include "contract/time.h"

struct status program_copy_put(struct rpc_call *call, const Program__ProgramState *state)
{
	return q_put_program(call->tx, .id = pb_uuid(state->program_id),
			     .program_version = state->version, .status = state->status,
			     .begins_at = pb_instant_opt(call->arena, state->begins_at),
			     .ends_at = pb_instant_opt(call->arena, state->ends_at),
			     .redeem_when_paused = state->redeem_when_paused,
			     .redeem_after_end = state->redeem_after_end,
			     .last_version = state->last_version, .now = call->now);
}

static struct status put(struct rpc_call *call, void *state)
{
	return program_copy_put(call, state);
}

struct status program_copy_fetch(struct rpc_call *call, struct uuid id)
{
	Program__GetProgramStateRequest req = PROGRAM__GET_PROGRAM_STATE_REQUEST__INIT;
	Program__ProgramState *state;

	req.program_id = uuid_text(call->arena, id);
	TRY(call_program_get_program_state(call, &req, &state));
	return tx_run(call, put, state);
}

struct lookup {
	struct uuid id;
	struct q_program_copy_row *copy;
};

static struct status look_up(struct rpc_call *call, void *arg)
{
	struct lookup *lookup = arg;

	return q_program_copy(call->tx, lookup->id, call->now, &lookup->copy);
}

struct status program_copy_ensure(struct rpc_call *call, struct uuid id,
				  struct q_program_copy_row **copy)
{
	struct lookup lookup = {.id = id};

	TRY(tx_run(call, look_up, &lookup));
	if (!lookup.copy) {
		TRY(program_copy_fetch(call, id));
		TRY(tx_run(call, look_up, &lookup));
	}
	if (!lookup.copy)
		return FAIL(PROGRAM_COPY_LOST);
	*copy = lookup.copy;
	return OK;
}

struct status program_copy_on_event(struct rpc_call *call, const struct Event__Event *event)
{
	Program__ProgramState state = PROGRAM__PROGRAM_STATE__INIT;
	const Event__ProgramChanged *payload = event->program_changed;
	struct uuid id;

	if (event->payload_case != EVENT__EVENT__PAYLOAD_PROGRAM_CHANGED ||
	    !uuid_parse(str_of(payload->program_id), &id))
		return FAIL(MALFORMED_EVENT);
	state.program_id = payload->program_id;
	state.version = payload->version;
	state.status = payload->status;
	state.begins_at = payload->begins_at;
	state.ends_at = payload->ends_at;
	state.redeem_when_paused = payload->redeem_when_paused;
	state.redeem_after_end = payload->redeem_after_end;
	state.last_version = payload->last_version;
	return program_copy_put(call, &state);
}
