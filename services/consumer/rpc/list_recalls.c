#include "consumer/recall.h"
#include "svc/pb.h"

struct status consumer_list_recalls(struct rpc_call *call, const Consumer__ListRecallsRequest *req,
				    Consumer__ListRecallsResponse *resp)
{
	struct q_recall_row *rows;
	size_t n;

	TRY(q_recalls_of_program(call->tx, consumer_id(req->program_id), &rows, &n));
	resp->n_recalls = n;
	resp->recalls = pb_array(call->arena, &consumer__recall__descriptor, n);
	for (size_t i = 0; i < n; i++)
		recall_to_proto(call->arena, &rows[i], resp->recalls[i]);
	return OK;
}
