#include "consumer/code.h"

static struct status roll_back(struct rpc_call *call, const struct code_step *step, struct str hash,
			       struct q_code_row **row)
{
	TRY(q_roll_back_code(call->tx, row, .code_hash = hash, .holder = step->holder,
			     .transaction_id = step->transaction_id, .undo_mark = step->undo_mark,
			     .actor = call->principal->id, .now = call->now));
	if (!*row)
		return OK;
	return q_roll_back_redemption_later(call->tx, .code_id = (*row)->id, .holder = step->holder,
					    .transaction_id = step->transaction_id,
					    .now = call->now);
}

struct status consumer_roll_back_code(struct rpc_call *call,
				      const Consumer__RollBackCodeRequest *req,
				      Consumer__CodeState *resp)
{
	struct code_step step = {.typed = req->code,
				 .terminal_id = "",
				 .transaction_id = req->transaction_id,
				 .once = true,
				 .undoes = true,
				 .take = roll_back,
				 .resp = resp};

	return code_run(call, &step);
}
