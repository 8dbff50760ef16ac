#include "notification/notification.h"

static struct status add_timeline(struct rpc_call *call, struct uuid id,
				  Notification__Message *resp)
{
	struct q_timeline_row *rows;
	size_t n;

	TRY(q_timeline_of(call->tx, id, &rows, &n));
	return q_timeline_list(call->arena, rows, n, &resp->n_timeline, &resp->timeline);
}

struct status notification_get_notification_status(
	struct rpc_call *call, const Notification__GetNotificationStatusRequest *req,
	Notification__Message *resp)
{
	struct q_message_row *row;
	struct uuid id = pb_uuid(req->id);

	TRY(q_message_by_id(call->tx, id, &row));
	if (!row)
		return FAIL(NOTIFICATION_NOT_FOUND);
	TRY(q_message_fill(call->arena, row, resp));
	return add_timeline(call, id, resp);
}
