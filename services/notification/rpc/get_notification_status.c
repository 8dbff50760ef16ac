#include "contract/time.h"
#include "notification/notification.h"
#include "svc/kit/pb.h"

static Notification__MessageStatus status_in(struct arena *arena, const char *word)
{
	const struct q_message_row row = {.status = word, .channel = "", .template = ""};
	Notification__Message message = NOTIFICATION__MESSAGE__INIT;

	message_to_proto(arena, &row, &message);
	return message.status;
}

static struct status add_timeline(struct rpc_call *call, struct uuid id,
				  Notification__Message *resp)
{
	struct q_timeline_row *rows;
	size_t n;

	TRY(q_timeline_of(call->tx, id, &rows, &n));
	resp->n_timeline = n;
	resp->timeline = pb_array(call->arena, &notification__timeline_entry__descriptor, n);
	for (size_t i = 0; i < n; i++) {
		Notification__TimelineEntry *entry = resp->timeline[i];

		entry->status = status_in(call->arena, rows[i].status);
		entry->at = pb_timestamp(call->arena, rows[i].created_at);
		entry->attempt = rows[i].attempt;
		entry->detail = rows[i].detail;
	}
	return OK;
}

struct status notification_get_notification_status(
	struct rpc_call *call, const Notification__GetNotificationStatusRequest *req,
	Notification__Message *resp)
{
	struct q_message_row *row;
	struct uuid id = {};

	(void)uuid_parse(str_of(req->id), &id);
	TRY(q_message_by_id(call->tx, id, &row));
	if (!row)
		return FAIL(NOT_FOUND, "NOTIFICATION_NOT_FOUND");
	message_to_proto(call->arena, row, resp);
	return add_timeline(call, id, resp);
}
