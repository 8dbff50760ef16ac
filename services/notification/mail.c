#include "base/log.h"
#include "contract/time.h"
#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "crypto/seal.h"
#include "notification/notification.h"

#define BODY_KEY "body"

static struct str context_of(struct rpc_call *call, struct uuid id)
{
	return str_of(arena_printf(call->arena, "%s notification.message %s",
				   uuid_text(call->arena, call->tenant),
				   uuid_text(call->arena, id)));
}

struct str mail_pack(struct arena *arena, const struct mail *mail)
{
	const char *parts[] = {mail->to, mail->subject, mail->text, mail->html};
	struct strbuf out = strbuf_new(arena);

	for (size_t i = 0; i < 4; i++) {
		strbuf_printf(&out, "%zu:", strlen(parts[i]));
		strbuf_add_c(&out, parts[i]);
	}
	return strbuf_str(&out);
}

bool mail_unpack(struct arena *arena, struct str packed, struct mail *mail)
{
	const char **parts[] = {&mail->to, &mail->subject, &mail->text, &mail->html};

	for (size_t i = 0; i < 4; i++) {
		struct str number = str_take_until(&packed, ':');
		uint64_t len;

		if (!str_to_u64(number, &len) || len > packed.len)
			return false;
		*parts[i] = arena_strndup(arena, packed.ptr, len);
		packed = (struct str){packed.ptr + len, packed.len - len};
	}
	return packed.len == 0;
}

static struct status insert(struct rpc_call *call, const struct mail *mail, const struct key *key,
			    instant send_at, struct q_message_row **row)
{
	struct uuid id = uuid_v7(call->now);

	return q_insert_message(call->tx, row, .id = id, .channel = "email",
				.template = mail->template, .kid = key->kid,
				.sealed =
					seal_with_key(call->arena, key->bytes, context_of(call, id),
						      mail_pack(call->arena, mail)),
				.next_attempt_at = send_at ? send_at : call->now,
				.actor = call->principal->id, .now = call->now);
}

struct status mail_queue(struct rpc_call *call, const struct mail *mail, instant send_at,
			 struct q_message_row **row)
{
	const struct key *key = keyring_newest(svc_keyring(call->svc), BODY_KEY);
	struct q_waiting_row *waiting;

	if (!key)
		return FAIL(FAILED_PRECONDITION, "NO_BODY_KEY");
	TRY(q_waiting(call->tx, &waiting));
	if (waiting->n >= MAX_WAITING)
		return FAIL(RESOURCE_EXHAUSTED, "QUEUE_LIMIT");
	TRY(insert(call, mail, key, send_at, row));
	TRY(q_insert_timeline(call->tx, .id = uuid_v7(call->now), .message_id = (*row)->id,
			      .status = "queued", .attempt = 0, .detail = "", .now = call->now));
	return svc_job_add(call,
			   &(struct job_out){.kind = mail->is_notice ? "notice" : "deliver",
					     .id = (*row)->id,
					     .payload = str_of(uuid_text(call->arena, (*row)->id)),
					     .run_at = send_at});
}

struct status mail_open(struct rpc_call *call, const struct q_sealed_row *row, struct mail *mail)
{
	const struct key *key = keyring_find(svc_keyring(call->svc), BODY_KEY, row->kid);
	struct mail opened = {.template = row->template};
	struct str plain;

	if (!key ||
	    !seal_open(call->arena, key->bytes, context_of(call, row->id), row->sealed, &plain) ||
	    !mail_unpack(call->arena, plain, &opened))
		return FAIL(DATA_LOSS, "MAIL_SEALED");
	*mail = opened;
	return OK;
}

static Notification__MessageStatus status_of(const char *word)
{
	static const char *const words[] = {"queued", "sending", "sent", "failed", "cancelled"};

	for (int i = 0; i < 5; i++)
		if (strcmp(words[i], word) == 0)
			return (Notification__MessageStatus)i;
	return NOTIFICATION__MESSAGE_STATUS__FAILED;
}

void message_to_proto(struct arena *arena, const struct q_message_row *row,
		      Notification__Message *out)
{
	out->id = uuid_text(arena, row->id);
	out->channel = row->channel;
	out->template_ = row->template;
	out->status = status_of(row->status);
	out->attempts = row->attempts;
	out->created_at = pb_timestamp(arena, row->created_at);
	out->next_attempt_at = pb_timestamp_opt(arena, row->next_attempt_at);
}
