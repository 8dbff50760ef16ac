#include "consumer/code_staff.h"
#include "svc/kit/list_page.h"

/* Before the newest code of a list; ids begin with their time. */
static const struct uuid first = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				   0xff, 0xff, 0xff, 0xff, 0xff}};

static struct status read_page(struct rpc_call *call, const Consumer__ListCodesRequest *req,
			       const struct list_page *page, struct q_staff_code_row **rows,
			       size_t *n)
{
	if (*req->program_id)
		return q_code_page_of_program(call->tx, rows, n,
					      .program_id = pb_uuid(req->program_id),
					      .status = req->status, .now = call->now,
					      .last_id = page->last[0].id, .page_rows = page->ask);
	return q_code_page(call->tx, rows, n, .status = req->status, .now = call->now,
			   .last_id = page->last[0].id, .page_rows = page->ask);
}

struct status consumer_list_codes(struct rpc_call *call, const Consumer__ListCodesRequest *req,
				  Consumer__ListCodesResponse *resp)
{
	struct q_staff_code_row *rows;
	struct list_page page;
	size_t n;

	TRY(list_page_open(call, &req->base, &PAGE_UUID(first), 1, &page));
	TRY(read_page(call, req, &page, &rows, &n));
	n = list_page_cut(&page, n);
	resp->n_codes = n;
	resp->codes = pb_array(call->arena, &consumer__code__descriptor, n);
	for (size_t i = 0; i < n; i++)
		TRY(staff_code_show(call, &rows[i], resp->codes[i]));
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_UUID(rows[n - 1].id));
	return OK;
}
