#include "audit/audit.h"
#include "svc/kit/list_page.h"
#include "svc/kit/pb.h"

struct status audit_list_checkpoints(struct rpc_call *call,
				     const Audit__ListCheckpointsRequest *req,
				     Audit__ListCheckpointsResponse *resp)
{
	uint64_t filter = page_filter("ListCheckpoints");
	struct q_checkpoint_row *rows;
	struct list_page page;
	size_t n;

	TRY(list_page_open_newest(call->arena, req->page_size, req->page_token, filter, &page));
	TRY(q_checkpoint_page(call->tx, page.last[0].n, page.last[1].id, page.ask, &rows, &n));
	n = list_page_cut(&page, n);
	resp->n_checkpoints = n;
	resp->checkpoints = pb_array(call->arena, &audit__checkpoint__descriptor, n);
	for (size_t i = 0; i < n; i++)
		checkpoint_to_proto(call->arena, &rows[i], resp->checkpoints[i]);
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].created_at),
							PAGE_UUID(rows[n - 1].id));
	return OK;
}
