#include "consumer/recall.h"

struct status consumer_check_recall(struct rpc_call *call, const Consumer__CheckRecallRequest *req,
				    Consumer__CheckRecallResponse *resp)
{
	struct q_found_row *row;

	TRY(q_is_recalled(call->tx, pb_uuid(req->program_id), req->screener_version, &row));
	resp->recalled = row->found;
	return OK;
}
