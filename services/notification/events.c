#include "base/log.h"
#include "crypto/keyring.h"
#include "crypto/seal.h"
#include "notification/allowance.h"
#include "notification/notification.h"
#include "notification/template.h"
#include "rpc/pb_arena.h"
#include "svc/kit/pb.h"
#include "svc_core/metrics.h"

/*
 * Opens what was sealed to this daemon; any of its seal keys may fit, the newest first.
 * An event is acknowledged only when its mail is a row: one that cannot be made here may
 * be one that another replica, or the next release, can make.
 */
static struct status open_sealed(struct rpc_call *call, ProtobufCBinaryData sealed,
				 Event__SealedMail **mail)
{
	struct str box = {(const char *)sealed.data, sealed.len}, plain;
	const struct key *key;

	for (size_t i = 0; (key = keyring_at(svc_keyring(call->svc), KEY_SEAL, i)); i++) {
		if (!seal_open_private(call->arena, key->bytes, box, &plain))
			continue;
		*mail = (Event__SealedMail *)pb_unpack(call->arena, &event__sealed_mail__descriptor,
						       plain);
		return *mail ? OK : FAIL(MALFORMED_MAIL);
	}
	return FAIL(SEAL_KEY_UNKNOWN);
}

static struct status make(struct rpc_call *call, ProtobufCBinaryData sealed, struct mail *mail)
{
	Event__SealedMail *from;
	struct status st = open_sealed(call, sealed, &from);

	if (is_ok(st))
		st = template_render(call->arena, from, mail);
	if (is_failed(st)) {
		log_error("an event's mail cannot be made yet; the event stays", KV_STATUS(st));
		metric_add(metrics_counter("aegis_mail_events_refused_total",
					   "Events whose mail could not be made; they come again.",
					   LABEL("reason", reason_name(st.reason))),
			   1);
	}
	return st;
}

static struct status queue_sealed(struct rpc_call *call, ProtobufCBinaryData sealed)
{
	struct q_message_row *row;
	struct mail mail;
	struct status st;

	if (sealed.len == 0)
		return OK;
	TRY(make(call, sealed, &mail));
	st = mail_queue(call, &mail, 0, &row);
	/* Tomorrow's allowance is for tomorrow's mails; who wants this one can send it again. */
	return allowance_is_used_up(st) ? mail_bury(call, &mail, reason_name(st.reason)) : st;
}

struct status on_user_registered(struct rpc_call *call, const Event__Event *event)
{
	if (event->payload_case != EVENT__EVENT__PAYLOAD_USER_REGISTERED)
		return OK;
	return queue_sealed(call, event->user_registered->sealed);
}

struct status on_account_mail(struct rpc_call *call, const Event__Event *event)
{
	if (event->payload_case != EVENT__EVENT__PAYLOAD_ACCOUNT_MAIL)
		return OK;
	return queue_sealed(call, event->account_mail->sealed);
}

struct status on_code_issued(struct rpc_call *call, const Event__Event *event)
{
	if (event->payload_case != EVENT__EVENT__PAYLOAD_CODE_ISSUED)
		return OK;
	return queue_sealed(call, event->code_issued->sealed);
}

/* A suspended tenant, too, learns who looks into it. */
struct status on_operator_access(struct rpc_call *call, const Event__Event *event)
{
	if (event->payload_case != EVENT__EVENT__PAYLOAD_OPERATOR_ACCESS_OPENED)
		return OK;
	return queue_sealed(call, event->operator_access_opened->sealed);
}

/* Who is to be told stands in the tenant's settings, which another daemon keeps: a job asks. */
struct status on_compliance_alert(struct rpc_call *call, const Event__Event *event)
{
	const ProtobufCMessage *raised = alert_payload(event);
	struct uuid id = pb_uuid(event->id);

	if (!raised)
		return OK;
	return svc_job_add(call, &(struct job_out){.kind = "alert",
						   .id = id,
						   .payload = pb_pack(call->arena, raised)});
}
