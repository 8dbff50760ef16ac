#include "base/log.h"
#include "contract/text.h"
#include "crypto/keyring.h"
#include "crypto/seal.h"
#include "notification/notification.h"
#include "notification/template.h"
#include "rpc/pb_arena.h"
#include "svc/pb.h"

/* Opens what was sealed to this daemon; any of its seal keys may fit, the newest first. */
static Event__SealedMail *open_sealed(struct rpc_call *call, ProtobufCBinaryData sealed)
{
	struct str box = {(const char *)sealed.data, sealed.len}, plain;
	const struct key *key;

	for (size_t i = 0; (key = keyring_at(svc_keyring(call->svc), KEY_SEAL, i)); i++)
		if (seal_open_private(call->arena, key->bytes, box, &plain))
			return (Event__SealedMail *)pb_unpack(
				call->arena, &event__sealed_mail__descriptor, plain);
	return NULL;
}

/*
 * An event whose mail cannot be made would block the ones behind it for ever:
 * it is logged and taken, for nobody could ever deliver it.
 */
static struct status queue_sealed(struct rpc_call *call, ProtobufCBinaryData sealed, bool is_notice)
{
	Event__SealedMail *from;
	struct q_message_row *row;
	struct mail mail;

	if (sealed.len == 0)
		return OK;
	from = open_sealed(call, sealed);
	if (!from || is_failed(template_render(call->arena, from, &mail)) ||
	    !text_is_email(str_of(mail.to))) {
		log_error("an event's mail cannot be made", KV("opened", from != NULL));
		return OK;
	}
	mail.is_notice = is_notice;
	return mail_queue(call, &mail, 0, &row);
}

struct status on_user_registered(struct rpc_call *call, const Event__Event *event)
{
	if (event->payload_case != EVENT__EVENT__PAYLOAD_USER_REGISTERED)
		return OK;
	return queue_sealed(call, event->user_registered->sealed, false);
}

struct status on_code_issued(struct rpc_call *call, const Event__Event *event)
{
	if (event->payload_case != EVENT__EVENT__PAYLOAD_CODE_ISSUED)
		return OK;
	return queue_sealed(call, event->code_issued->sealed, false);
}

/* A suspended tenant, too, learns who looks into it. */
struct status on_operator_access(struct rpc_call *call, const Event__Event *event)
{
	if (event->payload_case != EVENT__EVENT__PAYLOAD_OPERATOR_ACCESS_OPENED)
		return OK;
	return queue_sealed(call, event->operator_access_opened->sealed, true);
}

/* Who is to be told stands in the tenant's settings, which another daemon keeps: a job asks. */
struct status on_compliance_alert(struct rpc_call *call, const Event__Event *event)
{
	const ProtobufCMessage *raised = alert_payload(event);
	struct uuid id = {};

	if (!raised)
		return OK;
	(void)uuid_parse(str_of(event->id), &id);
	return svc_job_add(call, &(struct job_out){.kind = "alert",
						   .id = id,
						   .payload = pb_pack(call->arena, raised)});
}
