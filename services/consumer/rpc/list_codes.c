#include "consumer/code_staff.h"
#include "svc/kit/list_page.h"
#include "svc/kit/pb.h"

/* Before the newest code of a list; ids begin with their time. */
static const struct uuid first = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				   0xff, 0xff, 0xff, 0xff, 0xff}};

static struct status read_page(struct rpc_call *call, const Consumer__ListCodesRequest *req,
			       const struct list_page *page, struct q_staff_code_row **rows,
			       size_t *n)
{
	if (*req->program_id)
		return q_code_page_of_program(call->tx, rows, n,
					      .program_id = consumer_id(req->program_id),
					      .status = req->status, .now = call->now,
					      .last_id = page->last[0].id, .page_rows = page->ask);
	return q_code_page(call->tx, rows, n, .status = req->status, .now = call->now,
			   .last_id = page->last[0].id, .page_rows = page->ask);
}

struct status consumer_list_codes(struct rpc_call *call, const Consumer__ListCodesRequest *req,
				  Consumer__ListCodesResponse *resp)
{
	uint64_t filter = page_filter_text(page_filter("ListCodes"), req->program_id);
	struct q_staff_code_row *rows;
	struct list_page page;
	size_t n;

	filter = page_filter_text(filter, req->status);
	TRY(list_page_open(call->arena, req->page_size, req->page_token, filter, &PAGE_UUID(first),
			   1, &page));
	TRY(read_page(call, req, &page, &rows, &n));
	n = list_page_cut(&page, n);
	resp->n_codes = n;
	resp->codes = pb_array(call->arena, &consumer__code__descriptor, n);
	for (size_t i = 0; i < n; i++)
		staff_code_to_proto(call, &rows[i], resp->codes[i]);
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_UUID(rows[n - 1].id));
	return OK;
}
