#include "base/page_token.h"
#include "notification/notification.h"

struct status notification_list_notifications(struct rpc_call *call,
					      const Notification__ListNotificationsRequest *req,
					      Notification__ListNotificationsResponse *resp)
{
	struct page_key last[2] = {PAGE_INT(INSTANT_MAX), PAGE_UUID((struct uuid){})};
	uint64_t filter = page_filter_text(page_filter("ListNotifications"), req->status);
	struct q_message_row *rows;
	uint32_t size;
	size_t n;

	TRY(page_size_of(req->page_size, &size));
	TRY(page_token_parse(call->arena, req->page_token, filter, last, 2));
	TRY(q_message_page(call->tx, &rows, &n, .status = req->status, .last_created = last[0].n,
			   .last_id = last[1].id, .page_rows = (int64_t)size + 1));
	resp->notifications = arena_array_of(call->arena, Notification__Message *, n);
	for (size_t i = 0; i < n && i < size; i++) {
		resp->notifications[i] = arena_new_of(call->arena, Notification__Message);
		notification__message__init(resp->notifications[i]);
		message_to_proto(call->arena, &rows[i], resp->notifications[i]);
		resp->n_notifications++;
	}
	if (n > size)
		resp->next_page_token =
			page_token_format(call->arena, filter,
					  (struct page_key[]){PAGE_INT(rows[size - 1].created_at),
							      PAGE_UUID(rows[size - 1].id)},
					  2);
	return OK;
}
