#include "notification/notification.h"

struct status notification_replay_notification(struct rpc_call *call,
					       const Notification__ReplayNotificationRequest *req,
					       Notification__Message *resp)
{
	struct q_message_row *row;
	struct uuid id = pb_uuid(req->id);

	TRY(mail_replay(call, id, &row));
	if (!row)
		return FAIL(FAILED_PRECONDITION, "NOT_GIVEN_UP");
	svc_emit(call, &(struct event_out){.action = "notification.replayed",
					   .target_kind = "notification",
					   .target_id = id});
	return q_message_fill(call->arena, row, resp);
}
