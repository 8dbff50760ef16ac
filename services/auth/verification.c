#include "auth/verification.h"

#include "crypto/hash.h"
#include "svc/sealed_mail.h"

static struct status insert_token(struct rpc_call *call, const struct registration *r, char *token)
{
	struct bearer bearer = bearer_new(VERIFICATION_KIND, r->organization, uuid_v7(call->now));
	uint8_t hash[BEARER_HASH_BYTES];
	struct status st;

	bearer_hash(hash, &bearer);
	bearer_format(token, &bearer);
	st = q_insert_email_token(call->tx, .id = bearer.id, .account = r->account,
				  .hash = ((struct str){(const char *)hash, sizeof hash}),
				  .expires_at = call->now + VERIFICATION_TTL);
	crypto_wipe(&bearer, sizeof bearer);
	return st;
}

static struct status seal_mail(struct rpc_call *call, const struct registration *r,
			       const char *token, struct str *sealed)
{
	const struct mail_word words[] = {
		{"name", r->name},
		{"token", token},
		{"organization", r->organization_name},
	};
	Event__SealedMail *mail =
		mail_new(call->arena, "verify_email", words, sizeof words / sizeof words[0]);

	mail->to = r->email;
	mail->locale = r->locale;
	return mail_seal(call, mail, sealed);
}

struct status verification_send(struct rpc_call *call, const struct registration *r)
{
	Event__UserRegistered payload = EVENT__USER_REGISTERED__INIT;
	struct strbuf after = strbuf_new(call->arena);
	char token[BEARER_TEXT];
	struct str sealed;

	TRY(insert_token(call, r, token));
	TRY(seal_mail(call, r, token, &sealed));
	crypto_wipe(token, sizeof token);
	payload.user_id = uuid_text(call->arena, r->account);
	payload.sealed = (ProtobufCBinaryData){.len = sealed.len, .data = (uint8_t *)sealed.ptr};
	strbuf_add_c(&after, "{\"organization\":");
	strbuf_add_json(&after, str_of(r->organization_name));
	strbuf_add_char(&after, '}');
	svc_emit(call, &(struct event_out){.action = "user.registered",
					   .target_kind = "user",
					   .target_id = r->account,
					   .after = strbuf_str(&after),
					   .payload_case = EVENT__EVENT__PAYLOAD_USER_REGISTERED,
					   .payload = &payload});
	return OK;
}
