#include "base/log.h"
#include "contract/time.h"
#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "crypto/seal.h"
#include "notification/allowance.h"
#include "notification/notification.h"
#include "notification/retry.h"

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

enum job_class mail_class(const char *template)
{
	if (*template == '\0')
		return JOB_BULK;
	return strcmp(template, "code") == 0 || strcmp(template, "verify_email") == 0 ? JOB_URGENT
										      : JOB_NORMAL;
}

/* Who looks into a tenant is told its owners though it is suspended. */
static const char *job_kind_of(const char *template)
{
	return strcmp(template, "operator_access") == 0 ? "notice" : "deliver";
}

struct draft {
	const struct mail *mail;
	const char *status;
	const char *detail;
	instant send_at;
};

/* The row and the first line of its timeline. */
static struct status insert(struct rpc_call *call, const struct draft *draft,
			    struct q_message_row **row)
{
	const struct key *key = keyring_newest(svc_keyring(call->svc), BODY_KEY);
	struct uuid id = uuid_v7(call->now);

	if (!key)
		return FAIL(NO_BODY_KEY);
	TRY(q_insert_message(
		call->tx, row, .id = id, .channel = "email", .template = draft->mail->template,
		.status = draft->status, .kid = key->kid,
		.sealed = seal_with_key(call->arena, key->bytes, context_of(call, id),
					mail_pack(call->arena, draft->mail)),
		.next_attempt_at = draft->send_at, .give_up_at = draft->send_at + RETRY_GIVE_UP,
		.actor = call->principal->id, .now = call->now));
	return q_insert_timeline(call->tx, .id = uuid_v7(call->now), .message_id = id,
				 .status = draft->status, .attempt = 0, .detail = draft->detail,
				 .now = call->now);
}

static struct status check_room(struct rpc_call *call)
{
	struct q_waiting_row *waiting;

	TRY(q_waiting(call->tx, &waiting));
	return waiting->n >= MAX_WAITING ? FAIL(QUEUE_LIMIT) : OK;
}

static struct status add_job(struct rpc_call *call, struct uuid id, const char *template,
			     instant run_at)
{
	return svc_job_add(call, &(struct job_out){.kind = job_kind_of(template),
						   .id = id,
						   .payload = str_of(uuid_text(call->arena, id)),
						   .run_at = run_at,
						   .class = mail_class(template)});
}

struct status mail_queue(struct rpc_call *call, const struct mail *mail, instant send_at,
			 struct q_message_row **row)
{
	struct draft draft = {mail, "queued", "", send_at > call->now ? send_at : call->now};

	TRY(check_room(call));
	TRY(allowance_take(call, mail));
	TRY(insert(call, &draft, row));
	return add_job(call, (*row)->id, mail->template, draft.send_at);
}

struct status mail_bury(struct rpc_call *call, const struct mail *mail, const char *why)
{
	struct draft draft = {mail, "dead", why, call->now};
	struct q_message_row *row;

	return insert(call, &draft, &row);
}

struct status mail_replay(struct rpc_call *call, struct uuid id, struct q_message_row **row)
{
	struct q_sealed_row *sealed;
	struct mail mail;

	*row = NULL;
	TRY(q_sealed_by_id(call->tx, id, &sealed));
	if (!sealed)
		return FAIL(NOTIFICATION_NOT_FOUND);
	TRY(check_room(call));
	TRY(q_replay_message(call->tx, id, call->now + RETRY_GIVE_UP, call->now, row));
	if (!*row)
		return OK;
	TRY(mail_open(call, sealed, &mail));
	TRY(allowance_take(call, &mail));
	TRY(q_insert_timeline(call->tx, .id = uuid_v7(call->now), .message_id = id,
			      .status = "queued", .attempt = 0, .detail = "REPLAYED",
			      .now = call->now));
	return add_job(call, id, mail.template, call->now);
}

struct status mail_open(struct rpc_call *call, const struct q_sealed_row *row, struct mail *mail)
{
	const struct key *key = keyring_find(svc_keyring(call->svc), BODY_KEY, row->kid);
	struct mail opened = {.template = row->template};
	struct str plain;

	if (!key)
		return FAIL(BODY_KEY_UNKNOWN);
	if (!seal_open(call->arena, key->bytes, context_of(call, row->id), row->sealed, &plain) ||
	    !mail_unpack(call->arena, plain, &opened))
		return FAIL(MAIL_SEALED);
	*mail = opened;
	return OK;
}
