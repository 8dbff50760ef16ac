#include "consumer/code_staff.h"

#include "consumer/program_copy.h"
#include "contract/time.h"

/* A code that nobody used is expired past its time, whatever its row says. */
static bool is_expired(const struct rpc_call *call, const struct q_staff_code_row *row,
		       Consumer__CodeStatus status)
{
	return row->expires_at <= call->now && (status == CONSUMER__CODE_STATUS__ISSUED ||
						status == CONSUMER__CODE_STATUS__RESERVED ||
						status == CONSUMER__CODE_STATUS__ROLLED_BACK);
}

struct status staff_code_show(struct rpc_call *call, const struct q_staff_code_row *row,
			      Consumer__Code *out)
{
	TRY(q_staff_code_fill(call->arena, row, out));
	if (is_expired(call, row, out->status))
		out->status = CONSUMER__CODE_STATUS__CODE_EXPIRED;
	return OK;
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
