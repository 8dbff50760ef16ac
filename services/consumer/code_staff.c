#include "consumer/code_staff.h"

#include "consumer/program_copy.h"
#include "svc/kit/change.h"

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
		return FAIL(CODE_NOT_FOUND);
	*row = found;
	return OK;
}

struct status staff_code_lock(struct rpc_call *call, struct uuid id, struct q_staff_code_row **row)
{
	struct q_staff_code_row *found;

	TRY(q_lock_code(call->tx, id, &found));
	if (!found)
		return FAIL(CODE_NOT_FOUND);
	*row = found;
	return OK;
}

struct status staff_code_check_open(const struct q_staff_code_row *row)
{
	if (strcmp(row->status, "redeemed") == 0)
		return FAIL(CODE_REDEEMED);
	if (row->recalled)
		return FAIL(CODE_RECALLED);
	if (row->replaced_by)
		return FAIL(CODE_REISSUED);
	if (strcmp(row->status, "voided") == 0)
		return FAIL(CODE_VOIDED);
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

struct status emit_staff_code(struct rpc_call *call, const char *action,
			      const struct q_staff_code_row *old,
			      const struct q_staff_code_row *row, const char *reason)
{
	struct details details = details_new(call->arena);
	Consumer__Code before = CONSUMER__CODE__INIT, after = CONSUMER__CODE__INIT;

	details_text(&details, "reason", reason);
	TRY(q_staff_code_fill(call->arena, old, &before));
	TRY(q_staff_code_fill(call->arena, row, &after));
	return svc_emit_change(call, action,
			       &(struct change_out){.resource = &consumer__code__info,
						    .before = &before,
						    .after = &after,
						    .details = &details});
}
