#include "audit/audit.h"
#include "base/page_token.h"

struct status audit_list_checkpoints(struct rpc_call *call,
				     const Audit__ListCheckpointsRequest *req,
				     Audit__ListCheckpointsResponse *resp)
{
	struct page_key last[2] = {PAGE_INT(INSTANT_MAX), PAGE_UUID((struct uuid){})};
	uint64_t filter = page_filter("ListCheckpoints");
	struct q_checkpoint_row *rows;
	uint32_t size;
	size_t n;

	TRY(page_size_of(req->page_size, &size));
	TRY(page_token_parse(call->arena, req->page_token, filter, last, 2));
	TRY(q_checkpoint_page(call->tx, last[0].n, last[1].id, (int64_t)size + 1, &rows, &n));
	resp->checkpoints = arena_array_of(call->arena, Audit__Checkpoint *, n);
	for (size_t i = 0; i < n && i < size; i++) {
		resp->checkpoints[i] = arena_new_of(call->arena, Audit__Checkpoint);
		audit__checkpoint__init(resp->checkpoints[i]);
		checkpoint_to_proto(call->arena, &rows[i], resp->checkpoints[i]);
		resp->n_checkpoints++;
	}
	if (n > size)
		resp->next_page_token =
			page_token_format(call->arena, filter,
					  (struct page_key[]){PAGE_INT(rows[size - 1].created_at),
							      PAGE_UUID(rows[size - 1].id)},
					  2);
	return OK;
}
