#include "notification/notification.h"
#include "svc/kit/list_page.h"

struct status notification_list_notifications(struct rpc_call *call,
					      const Notification__ListNotificationsRequest *req,
					      Notification__ListNotificationsResponse *resp)
{
	struct q_message_row *rows;
	struct list_page page;
	size_t n;

	TRY(list_page_open_newest(call, &req->base, &page));
	TRY(q_message_page(call->tx, &rows, &n, .status = req->status,
			   .last_created = page.last[0].n, .last_id = page.last[1].id,
			   .page_rows = page.ask));
	n = list_page_cut(&page, n);
	TRY(q_message_list(call->arena, rows, n, &resp->n_notifications, &resp->notifications));
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].created_at),
							PAGE_UUID(rows[n - 1].id));
	return OK;
}
