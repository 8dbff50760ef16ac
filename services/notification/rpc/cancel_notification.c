#include "notification/notification.h"

struct status notification_cancel_notification(struct rpc_call *call,
					       const Notification__CancelNotificationRequest *req,
					       Notification__Message *resp)
{
	struct q_message_row *row;
	struct uuid id = pb_uuid(req->id);

	TRY(q_cancel_message(call->tx, id, call->now, &row));
	if (!row) {
		TRY(q_message_by_id(call->tx, id, &row));
		return row ? FAIL(FAILED_PRECONDITION, "ALREADY_SENT")
			   : FAIL(NOT_FOUND, "NOTIFICATION_NOT_FOUND");
	}
	TRY(q_insert_timeline(call->tx, .id = uuid_v7(call->now), .message_id = id,
			      .status = "cancelled", .attempt = row->attempts, .detail = "",
			      .now = call->now));
	svc_emit(call, &(struct event_out){.action = "notification.cancelled",
					   .target_kind = "notification",
					   .target_id = id});
	return q_message_fill(call->arena, row, resp);
}
