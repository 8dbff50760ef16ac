#include "consumer/code.h"

static struct status reserve(struct rpc_call *call, const struct code_step *step, struct str hash,
			     struct q_code_row **row)
{
	return q_reserve_code(call->tx, row, .code_hash = hash, .holder = step->holder,
			      .terminal_id = step->terminal_id,
			      .transaction_id = step->transaction_id, .undo_mark = step->undo_mark,
			      .reserved_until = call->now + RESERVATION_TTL,
			      .actor = call->principal->id, .now = call->now);
}

struct status consumer_reserve_code(struct rpc_call *call, const Consumer__ReserveCodeRequest *req,
				    Consumer__CodeState *resp)
{
	struct code_step step = {.typed = req->code,
				 .terminal_id = req->terminal_id,
				 .transaction_id = req->transaction_id,
				 .once = true,
				 .says_reserved = true,
				 .take = reserve,
				 .resp = resp};

	return code_run(call, &step);
}
