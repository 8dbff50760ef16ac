/* The row of a message: locked to be changed, and told to the audit log. */
#include "notification/notification.h"
#include "svc/kit/change.h"

struct status message_lock(struct rpc_call *call, struct uuid id, struct q_message_row **row)
{
	struct q_message_row *found;

	TRY(q_lock_message(call->tx, id, &found));
	if (!found)
		return FAIL(NOTIFICATION_NOT_FOUND);
	*row = found;
	return OK;
}

struct status emit_message(struct rpc_call *call, const char *action,
			   const struct q_message_row *old, const Notification__Message *message)
{
	Notification__Message before = NOTIFICATION__MESSAGE__INIT;

	if (old)
		TRY(q_message_fill(call->arena, old, &before));
	return svc_emit_change(call, action,
			       &(struct change_out){.resource = &notification__message__info,
						    .before = old ? &before : NULL,
						    .after = message});
}
