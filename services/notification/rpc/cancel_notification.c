#include "notification/notification.h"

struct status notification_cancel_notification(struct rpc_call *call,
					       const Notification__CancelNotificationRequest *req,
					       Notification__Message *resp)
{
	struct q_message_row *old, *row;
	struct uuid id = pb_uuid(req->id);

	TRY(message_lock(call, id, &old));
	if (strcmp(old->status, "queued") != 0)
		return FAIL(ALREADY_SENT);
	TRY(q_cancel_message(call->tx, id, call->now, &row));
	TRY(q_insert_timeline(call->tx, .id = uuid_v7(call->now), .message_id = id,
			      .status = "cancelled", .attempt = row->attempts, .detail = "",
			      .now = call->now));
	TRY(q_message_fill(call->arena, row, resp));
	return emit_message(call, "notification.cancelled", old, resp);
}
