#include "notification/notification.h"

struct status notification_replay_notification(struct rpc_call *call,
					       const Notification__ReplayNotificationRequest *req,
					       Notification__Message *resp)
{
	struct q_message_row *old, *row;
	struct uuid id = pb_uuid(req->id);

	TRY(message_lock(call, id, &old));
	TRY(mail_replay(call, id, &row));
	if (!row)
		return FAIL(NOT_GIVEN_UP);
	TRY(q_message_fill(call->arena, row, resp));
	return emit_message(call, "notification.replayed", old, resp);
}
