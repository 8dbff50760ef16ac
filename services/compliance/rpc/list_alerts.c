#include "compliance/compliance.h"
#include "contract/time.h"
#include "svc/kit/list_page.h"
#include "svc/kit/pb.h"

struct status compliance_list_alerts(struct rpc_call *call,
				     const Compliance__ListAlertsRequest *req,
				     Compliance__ListAlertsResponse *resp)
{
	uint64_t filter = page_filter("compliance.ListAlerts");
	struct q_alert_row *rows;
	struct list_page page;
	size_t n;

	TRY(list_page_open_newest(call->arena, req->page_size, req->page_token, filter, &page));
	TRY(q_alert_page(call->tx, page.last[0].n, page.last[1].id, page.ask, &rows, &n));
	n = list_page_cut(&page, n);
	resp->n_alerts = n;
	resp->alerts = pb_array(call->arena, &compliance__alert__descriptor, n);
	for (size_t i = 0; i < n; i++) {
		Compliance__Alert *out = resp->alerts[i];

		out->id = uuid_text(call->arena, rows[i].id);
		out->source_id = uuid_text(call->arena, rows[i].source_id);
		out->event_count = rows[i].event_count;
		out->channel = rows[i].channel;
		out->created_at = pb_timestamp(call->arena, rows[i].created_at);
	}
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].created_at),
							PAGE_UUID(rows[n - 1].id));
	return OK;
}
