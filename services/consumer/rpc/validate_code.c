#include "consumer/code.h"

/* Codes that can be used, or that the caller redeemed; of all others nothing is said. */
static struct status look(struct rpc_call *call, const struct code_step *step, struct str hash,
			  struct q_code_row **out)
{
	struct q_counter_code_row *row;
	bool is_mine, is_redeemed, is_usable;

	TRY(code_counter_row(call, step, hash, &row));
	if (!row)
		return OK;
	is_mine = row->holder && uuid_eq(*row->holder, step->holder);
	is_redeemed = strcmp(row->status, "redeemed") == 0;
	is_usable = !is_redeemed && strcmp(row->status, "voided") != 0 &&
		    row->expires_at > call->now && row->redeems && !row->recalled;
	if (is_usable || (is_redeemed && is_mine))
		*out = code_of_counter(call, row);
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
