#include "consumer/code_staff.h"

#include "consumer/program_copy.h"
#include "contract/time.h"

static const char *id_text(struct rpc_call *call, const struct uuid *id)
{
	return id ? uuid_text(call->arena, *id) : "";
}

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

static Consumer__CodeStatus status_of(const struct rpc_call *call,
				      const struct q_staff_code_row *row)
{
	static const char *const open[] = {"issued", "reserved", "rolled_back", NULL};

	for (const char *const *word = open; *word; word++)
		if (strcmp(*word, row->status) == 0 && row->expires_at <= call->now)
			return CONSUMER__CODE_STATUS__CODE_EXPIRED;
	return code_status_of(row->status);
}

void staff_code_to_proto(struct rpc_call *call, const struct q_staff_code_row *row,
			 Consumer__Code *out)
{
	out->id = uuid_text(call->arena, row->id);
	out->status = status_of(call, row);
	out->program_id = uuid_text(call->arena, row->program_id);
	out->screener_version = row->screener_version;
	out->session_id = uuid_text(call->arena, row->session_id);
	out->code_class = row->code_class;
	out->created_at = pb_timestamp(call->arena, row->created_at);
	out->expires_at = pb_timestamp(call->arena, row->expires_at);
	out->reserved_until = pb_timestamp_opt(call->arena, row->reserved_until);
	out->redeemed_at = pb_timestamp_opt(call->arena, row->redeemed_at);
	out->partner_id = id_text(call, row->holder);
	out->terminal_id = text_or_empty(row->terminal_id);
	out->transaction_id = text_or_empty(row->transaction_id);
	out->refusals = row->refusals;
	out->recalled = row->recalled;
	out->void_reason = text_or_empty(row->void_reason);
	out->voided_at = pb_timestamp_opt(call->arena, row->voided_at);
	out->voided_by = id_text(call, row->voided_by);
	out->replaces = id_text(call, row->replaces);
	out->replaced_by = id_text(call, row->replaced_by);
}

struct status staff_code_find(struct rpc_call *call, struct uuid id, struct q_staff_code_row **row)
{
	struct q_staff_code_row *found;

	TRY(q_code_by_id(call->tx, id, &found));
	if (!found)
		return FAIL(NOT_FOUND, "CODE_NOT_FOUND");
	*row = found;
	return OK;
}

struct status staff_code_check_open(const struct q_staff_code_row *row)
{
	if (strcmp(row->status, "redeemed") == 0)
		return FAIL(FAILED_PRECONDITION, "CODE_REDEEMED");
	if (row->recalled)
		return FAIL(FAILED_PRECONDITION, "CODE_RECALLED");
	if (row->replaced_by)
		return FAIL(FAILED_PRECONDITION, "CODE_REISSUED");
	if (strcmp(row->status, "voided") == 0)
		return FAIL(FAILED_PRECONDITION, "CODE_VOIDED");
	return OK;
}

struct lookup {
	struct uuid id;
	struct q_staff_code_row *row;
};

static struct status look_up(struct rpc_call *call, void *arg)
{
	struct lookup *lookup = arg;

	return staff_code_find(call, lookup->id, &lookup->row);
}

struct status staff_code_program(struct rpc_call *call, struct uuid id,
				 struct q_program_copy_row **copy)
{
	struct lookup lookup = {.id = id};

	TRY(tx_run(call, look_up, &lookup));
	return program_copy_ensure(call, lookup.row->program_id, copy);
}

void emit_staff_code(struct rpc_call *call, const char *action, const struct q_staff_code_row *row,
		     const char *reason)
{
	struct strbuf after = strbuf_new(call->arena);

	strbuf_printf(&after, "{\"status\":\"%s\",\"programId\":\"%s\",\"sessionId\":\"%s\"",
		      row->status, uuid_text(call->arena, row->program_id),
		      uuid_text(call->arena, row->session_id));
	if (row->replaced_by)
		strbuf_printf(&after, ",\"replacedBy\":\"%s\"",
			      uuid_text(call->arena, *row->replaced_by));
	strbuf_add_c(&after, ",\"reason\":");
	strbuf_add_json(&after, str_of(reason));
	strbuf_add_char(&after, '}');
	svc_emit(call, &(struct event_out){.action = action,
					   .target_kind = "code",
					   .target_id = row->id,
					   .target_version = row->version,
					   .after = strbuf_str(&after)});
}
