#include "consumer/program_copy.h"
#include "consumer/recall.h"

struct listing {
	struct uuid program;
	struct q_recall_row *rows;
	size_t n;
};

static struct status read_recalls(struct rpc_call *call, void *arg)
{
	struct listing *listing = arg;

	return q_recalls_of_program(call->tx, listing->program, &listing->rows, &listing->n);
}

struct status consumer_list_recalls(struct rpc_call *call, const Consumer__ListRecallsRequest *req,
				    Consumer__ListRecallsResponse *resp)
{
	struct listing listing = {.program = pb_uuid(req->program_id)};
	struct q_program_copy_row *copy;

	TRY(program_copy_ensure(call, listing.program, &copy));
	TRY(tx_run(call, read_recalls, &listing));
	return q_recall_list(call->arena, listing.rows, listing.n, &resp->n_recalls,
			     &resp->recalls);
}
