#include "consumer/code.h"

static struct status redeem(struct rpc_call *call, const struct code_step *step, struct str hash,
			    struct q_code_row **row)
{
	return q_redeem_code(call->tx, row, .redemption_id = uuid_v7(call->now), .code_hash = hash,
			     .holder = step->holder, .terminal_id = step->terminal_id,
			     .transaction_id = step->transaction_id, .undo_mark = step->undo_mark,
			     .actor = call->principal->id, .now = call->now);
}

struct status consumer_redeem_code(struct rpc_call *call, const Consumer__RedeemCodeRequest *req,
				   Consumer__CodeState *resp)
{
	struct code_step step = {.typed = req->code,
				 .terminal_id = req->terminal_id,
				 .transaction_id = req->transaction_id,
				 .once = true,
				 .says_reserved = true,
				 .take = redeem,
				 .resp = resp};

	return code_run(call, &step);
}
