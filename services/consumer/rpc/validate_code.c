#include "consumer/code.h"

/* Codes that can be used, or that the caller holds; of all others nothing is said. */
static struct status look(struct rpc_call *call, const struct code_step *step, struct str hash,
			  struct q_code_row **out)
{
	struct q_code_row *row;
	bool is_mine, is_done;

	TRY(q_code_by_hash(call->tx, hash, &row));
	if (!row)
		return OK;
	is_mine = row->holder && uuid_eq(*row->holder, step->holder);
	is_done = strcmp(row->status, "redeemed") == 0 || strcmp(row->status, "revoked") == 0;
	if (row->expires_at > call->now && (!is_done || is_mine))
		*out = row;
	return OK;
}

struct status consumer_validate_code(struct rpc_call *call,
				     const Consumer__ValidateCodeRequest *req,
				     Consumer__CodeState *resp)
{
	struct code_step step = {.typed = req->code,
				 .terminal_id = "",
				 .transaction_id = "",
				 .take = look,
				 .resp = resp};

	return code_run(call, &step);
}
