#include "consumer/program_copy.h"
#include "consumer/recall.h"
#include "svc/kit/change.h"

struct recalling {
	const Consumer__RecallCodesRequest *req;
	struct uuid program;
	Consumer__Recall *resp;
};

/* A second recall of the same codes is the first one again. */
static struct status recall(struct rpc_call *call, void *arg)
{
	struct recalling *recalling = arg;
	const Consumer__RecallCodesRequest *req = recalling->req;
	struct q_recall_row *row;

	TRY(q_insert_recall(call->tx, &row, .id = uuid_v7(call->now),
			    .program_id = recalling->program,
			    .screener_version = req->screener_version, .reason = req->reason,
			    .actor = call->principal->id, .now = call->now));
	if (row) {
		TRY(q_recall_fill(call->arena, row, recalling->resp));
		TRY(recall_queue(call, row->id, (struct uuid){}));
		return svc_emit_change(call, "program.recalled",
				       &(struct change_out){.resource = &consumer__recall__info,
							    .after = recalling->resp});
	}
	TRY(q_recall_of(call->tx, recalling->program, req->screener_version, &row));
	if (!row)
		return FAIL(RECALL_LOST);
	return q_recall_fill(call->arena, row, recalling->resp);
}

/*
 * Program is asked only when consumer has never heard of the program or of the
 * version: a recall does not wait for a daemon that is down.
 */
struct status consumer_recall_codes(struct rpc_call *call, const Consumer__RecallCodesRequest *req,
				    Consumer__Recall *resp)
{
	struct recalling recalling = {
		.req = req, .program = pb_uuid(req->program_id), .resp = resp};
	struct q_program_copy_row *copy;

	TRY(program_copy_ensure(call, recalling.program, &copy));
	if (req->screener_version > copy->last_version) {
		TRY(program_copy_fetch(call, recalling.program));
		TRY(program_copy_ensure(call, recalling.program, &copy));
	}
	if (req->screener_version > copy->last_version)
		return FAIL(SCREENER_NOT_FOUND);
	return tx_run(call, recall, &recalling);
}
