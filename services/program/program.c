#include <aegis/event/v1/event.aegis.h>

#include "contract/time.h"
#include "program/period.h"
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
			   const struct q_program_row *row, bool is_deleted)
{
	Event__ProgramChanged payload = EVENT__PROGRAM_CHANGED__INIT;
	struct strbuf after = strbuf_new(call->arena);
	Program__ProgramState state;

	TRY(program_state(call->arena, row, is_deleted, &state));
	payload.program_id = state.program_id;
	payload.version = state.version;
	payload.status = state.status;
	payload.begins_at = state.begins_at;
	payload.ends_at = state.ends_at;
	payload.redeem_when_paused = state.redeem_when_paused;
	payload.redeem_after_end = state.redeem_after_end;
	payload.last_version = state.last_version;
	strbuf_add_c(&after, "{\"name\":");
	strbuf_add_json(&after, str_of(row->name));
	strbuf_printf(&after, ",\"status\":\"%s\"}", row->status);
	svc_emit(call, &(struct event_out){.action = action,
					   .target_kind = "program",
					   .target_id = row->id,
					   .target_version = row->version,
					   .after = strbuf_str(&after),
					   .payload_case = EVENT__EVENT__PAYLOAD_PROGRAM_CHANGED,
					   .payload = &payload});
	return OK;
}

void emit_screener(struct rpc_call *call, const char *action, struct uuid program_id,
		   int32_t version, const char *content_hash)
{
	struct strbuf after = strbuf_new(call->arena);

	strbuf_printf(&after, "{\"version\":%d", version);
	if (content_hash)
		strbuf_printf(&after, ",\"contentHash\":\"%s\"", content_hash);
	strbuf_add_char(&after, '}');
	svc_emit(call, &(struct event_out){.action = action,
					   .target_kind = "program",
					   .target_id = program_id,
					   .target_version = version,
					   .after = strbuf_str(&after)});
}

struct status lock_program(struct rpc_call *call, struct uuid id, struct q_program_row **row)
{
	struct q_program_row *found;

	TRY(q_lock_program(call->tx, id, &found));
	if (!found)
		return FAIL(NOT_FOUND, "PROGRAM_NOT_FOUND");
	*row = found;
	return OK;
}

struct status program_move(struct rpc_call *call, const char *id, const char *const *from,
			   const char *to, const char *action, const char *refusal,
			   Program__Program *resp)
{
	struct q_program_row *row;

	TRY(lock_program(call, pb_uuid(id), &row));
	while (*from && strcmp(*from, row->status) != 0)
		from++;
	if (!*from)
		return FAIL(FAILED_PRECONDITION, refusal);
	if (strcmp(row->status, to) != 0) {
		TRY(q_set_program_status(call->tx, &row, .id = row->id, .status = to,
					 .actor = call->principal->id, .now = call->now));
		TRY(emit_program(call, action, row, false));
	}
	return q_program_fill(call->arena, row, resp);
}

static const struct db_constraint_map constraints[] = {
	{"program_dates_check", "DATES_REVERSED"},
	{"safety_acceptance_key", "SAFETY_ALREADY_ACCEPTED"},
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
