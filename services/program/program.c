#include <aegis/event/v1/event.aegis.h>

#include "contract/time.h"
#include "program/period.h"
#include "svc_core/sandbox.h"

static const char *const statuses[] = {"draft", "active", "paused", "ended"};
static const char *const attempts_by[] = {"session", "email", "reference"};

struct uuid id_of(const char *text)
{
	struct uuid id = {};

	(void)uuid_parse(str_of(text), &id);
	return id;
}

const char *program_status_text(Program__ProgramStatus status)
{
	return statuses[status];
}

static Program__ProgramStatus status_of(const char *word)
{
	for (int i = 0; i < 4; i++)
		if (strcmp(statuses[i], word) == 0)
			return (Program__ProgramStatus)i;
	return PROGRAM__PROGRAM_STATUS__DRAFT;
}

const char *attempts_by_text(Program__AttemptsBy by)
{
	return attempts_by[by];
}

Program__AttemptsBy attempts_by_of(const char *word)
{
	for (int i = 0; i < 3; i++)
		if (strcmp(attempts_by[i], word) == 0)
			return (Program__AttemptsBy)i;
	return PROGRAM__ATTEMPTS_BY__ATTEMPTS_BY_SESSION;
}

static const char *date_text(struct arena *arena, const date_days *day)
{
	char text[DATE_TEXT];

	if (!day)
		return "";
	date_format(text, *day);
	return arena_strdup(arena, text);
}

void program_to_proto(struct arena *arena, const struct q_program_row *row, Program__Program *out)
{
	out->id = uuid_text(arena, row->id);
	out->public_id = row->public_id;
	out->name = row->name;
	out->drug = row->drug;
	out->sponsor = row->sponsor;
	out->description = row->description;
	out->status = status_of(row->status);
	out->n_states = row->states.n;
	out->states = (const char **)row->states.items;
	out->starts_on = date_text(arena, row->starts_on);
	out->ends_on = date_text(arena, row->ends_on);
	if (row->code_budget) {
		out->_code_budget_case = PROGRAM__PROGRAM___CODE_BUDGET_CODE_BUDGET;
		out->code_budget = *row->code_budget;
	}
	out->published_version = row->published_version;
	out->created_at = pb_timestamp(arena, row->created_at);
	out->updated_at = pb_timestamp(arena, row->updated_at);
	out->version = row->version;
	out->time_zone = row->time_zone;
	out->redeem_when_paused = row->redeem_when_paused;
	out->redeem_after_end = row->redeem_after_end;
	out->attempts_by = attempts_by_of(row->attempts_by);
}

static ProtobufCBinaryData bytes_of(struct str s)
{
	return (ProtobufCBinaryData){.len = s.len, .data = (uint8_t *)s.ptr};
}

static char *hex_of(struct arena *arena, struct str bytes)
{
	char *text = arena_alloc(arena, 2 * bytes.len + 1);

	hex_encode(text, bytes.ptr, bytes.len);
	return text;
}

void draft_to_proto(struct arena *arena, const struct q_draft_row *row,
		    Program__ScreenerVersion *out)
{
	out->program_id = uuid_text(arena, row->program_id);
	out->version = row->screener_version;
	out->status = PROGRAM__SCREENER_STATUS__SCREENER_DRAFT;
	out->document = bytes_of(row->document);
	out->created_at = pb_timestamp(arena, row->created_at);
	out->revision = row->revision;
	out->generation = row->revision + row->acceptances;
}

void version_to_proto(struct arena *arena, const struct q_version_row *row,
		      Program__ScreenerVersion *out)
{
	out->program_id = uuid_text(arena, row->program_id);
	out->version = row->screener_version;
	out->status = row->retired ? PROGRAM__SCREENER_STATUS__SCREENER_RETIRED
				   : PROGRAM__SCREENER_STATUS__SCREENER_PUBLISHED;
	out->document = bytes_of(row->document);
	out->content_hash = row->content_hash;
	out->previous_hash = row->previous_hash;
	out->signature = base64url_encode(arena, row->signature.ptr, row->signature.len);
	out->signing_key = hex_of(arena, row->public_key);
	out->created_at = pb_timestamp(arena, row->drafted_at);
	out->published_at = pb_timestamp(arena, row->published_at);
	/*
	 * Microseconds are far beyond the count of any draft's changes.  A published version
	 * changes once at most: it is retired.
	 */
	out->generation = row->published_at + row->retired;
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

	TRY(lock_program(call, id_of(id), &row));
	while (*from && strcmp(*from, row->status) != 0)
		from++;
	if (!*from)
		return FAIL(FAILED_PRECONDITION, refusal);
	if (strcmp(row->status, to) != 0) {
		TRY(q_set_program_status(call->tx, &row, .id = row->id, .status = to,
					 .actor = call->principal->id, .now = call->now));
		TRY(emit_program(call, action, row, false));
	}
	program_to_proto(call->arena, row, resp);
	return OK;
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
