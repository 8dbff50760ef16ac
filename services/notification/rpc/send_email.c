#include "contract/time.h"
#include "notification/notification.h"

struct status notification_send_email(struct rpc_call *call,
				      const Notification__SendEmailRequest *req,
				      Notification__Message *resp)
{
	const struct mail mail = {.template = "",
				  .to = req->to,
				  .subject = req->subject,
				  .text = req->text,
				  .html = req->html};
	struct q_message_row *row;

	TRY(mail_queue(call, &mail, pb_instant(req->send_at), &row));
	TRY(q_message_fill(call->arena, row, resp));
	return emit_message(call, "notification.queued", NULL, resp);
}
