#include "compliance/compliance.h"
#include "svc/kit/list_page.h"

struct status compliance_list_alerts(struct rpc_call *call,
				     const Compliance__ListAlertsRequest *req,
				     Compliance__ListAlertsResponse *resp)
{
	struct q_alert_row *rows;
	struct list_page page;
	size_t n;

	TRY(list_page_open_newest(call, &req->base, &page));
	TRY(q_alert_page(call->tx, page.last[0].n, page.last[1].id, page.ask, &rows, &n));
	n = list_page_cut(&page, n);
	TRY(q_alert_list(call->arena, rows, n, &resp->n_alerts, &resp->alerts));
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].created_at),
							PAGE_UUID(rows[n - 1].id));
	return OK;
}
