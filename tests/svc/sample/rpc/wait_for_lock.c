#include "sample/note.h"

static struct status wait_in_tx(struct rpc_call *call, void *lock)
{
	struct q_waited_row *row;

	return q_wait_for_lock(call->tx, *(const int64_t *)lock, &row);
}

struct status sample_wait_for_lock(struct rpc_call *call, const Sample__WaitForLockRequest *req,
				   Sample__WaitForLockResponse *resp)
{
	int64_t lock = req->lock;

	(void)resp;
	return tx_run(call, wait_in_tx, &lock);
}
