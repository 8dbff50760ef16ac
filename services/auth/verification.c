#include "auth/verification.h"

#include "crypto/hash.h"
#include "crypto/seal.h"
#include "svc/pb.h"
#include <aegis/event/v1/event.aegis.h>

#define MAIL_VALUES 3

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
	const struct service_key *to =
		service_keys_newest(svc_service_keys(call->svc), "notification", KEY_X25519);
	const char *values[MAIL_VALUES][2] = {
		{"name", r->name},
		{"token", token},
		{"organization", r->organization_name},
	};
	Event__SealedMail__ValuesEntry entries[MAIL_VALUES], *items[MAIL_VALUES];
	Event__SealedMail mail = EVENT__SEALED_MAIL__INIT;

	if (!to)
		return FAIL(FAILED_PRECONDITION, "NO_SEAL_KEY");
	for (size_t i = 0; i < MAIL_VALUES; i++) {
		event__sealed_mail__values_entry__init(&entries[i]);
		entries[i].key = values[i][0];
		entries[i].value = values[i][1];
		items[i] = &entries[i];
	}
	mail.template_ = "verify_email";
	mail.to = r->email;
	mail.locale = r->locale;
	mail.n_values = MAIL_VALUES;
	mail.values = items;
	*sealed = seal_to_public(call->arena, to->public_key, pb_pack(call->arena, &mail.base));
	return OK;
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
