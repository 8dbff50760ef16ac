#include "compliance/compliance.h"
#include "svc/kit/list_page.h"

struct status compliance_list_events(struct rpc_call *call,
				     const Compliance__ListEventsRequest *req,
				     Compliance__ListEventsResponse *resp)
{
	struct q_event_row *rows;
	struct list_page page;
	size_t n;

	TRY(list_page_open_newest(call, &req->base, &page));
	TRY(q_event_page(call->tx, &rows, &n, .status = req->status,
			 .alert_id = pb_uuid_opt(call->arena, req->alert_id),
			 .last_created = page.last[0].n, .last_id = page.last[1].id,
			 .page_rows = page.ask));
	n = list_page_cut(&page, n);
	TRY(q_event_list(call->arena, rows, n, &resp->n_events, &resp->events));
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].created_at),
							PAGE_UUID(rows[n - 1].id));
	return OK;
}
