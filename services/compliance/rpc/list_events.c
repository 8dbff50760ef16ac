#include "compliance/compliance.h"
#include "svc/kit/list_page.h"
#include "svc/kit/pb.h"

struct status compliance_list_events(struct rpc_call *call,
				     const Compliance__ListEventsRequest *req,
				     Compliance__ListEventsResponse *resp)
{
	uint64_t filter = page_filter_text(
		page_filter_text(page_filter("compliance.ListEvents"), req->status), req->alert_id);
	struct uuid alert = compliance_id_of(req->alert_id);
	struct q_event_row *rows;
	struct list_page page;
	size_t n;

	TRY(list_page_open_newest(call->arena, req->page_size, req->page_token, filter, &page));
	TRY(q_event_page(call->tx, &rows, &n, .status = req->status,
			 .alert_id = uuid_is_nil(alert) ? NULL : &alert,
			 .last_created = page.last[0].n, .last_id = page.last[1].id,
			 .page_rows = page.ask));
	n = list_page_cut(&page, n);
	resp->n_events = n;
	resp->events = pb_array(call->arena, &compliance__compliance_event__descriptor, n);
	for (size_t i = 0; i < n; i++)
		compliance_event_to_proto(call->arena, &rows[i], resp->events[i]);
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].created_at),
							PAGE_UUID(rows[n - 1].id));
	return OK;
}
