#include "audit/audit.h"
#include "svc/kit/list_page.h"

struct status audit_list_checkpoints(struct rpc_call *call,
				     const Audit__ListCheckpointsRequest *req,
				     Audit__ListCheckpointsResponse *resp)
{
	struct q_checkpoint_row *rows;
	struct list_page page;
	size_t n;

	TRY(list_page_open_newest(call, &req->base, &page));
	TRY(q_checkpoint_page(call->tx, page.last[0].n, page.last[1].id, page.ask, &rows, &n));
	n = list_page_cut(&page, n);
	TRY(q_checkpoint_list(call->arena, rows, n, &resp->n_checkpoints, &resp->checkpoints));
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].created_at),
							PAGE_UUID(rows[n - 1].id));
	return OK;
}
