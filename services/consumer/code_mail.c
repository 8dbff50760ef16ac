#include "consumer/code_mail.h"

#include <aegis/event/v1/event.aegis.h>

#include "base/log.h"
#include "crypto/keyring.h"
#include "crypto/seal.h"
#include "svc/svc.h"

static Event__SealedMail__ValuesEntry *entry_of(struct arena *arena, const char *key,
						const char *value)
{
	Event__SealedMail__ValuesEntry *entry = arena_new_of(arena, Event__SealedMail__ValuesEntry);

	event__sealed_mail__values_entry__init(entry);
	entry->key = key;
	entry->value = value;
	return entry;
}

struct status code_mail_seal(struct rpc_call *call, const struct code_mail *mail, struct str *out)
{
	const struct service_key *reader =
		service_keys_newest(svc_service_keys(call->svc), "notification", KEY_X25519);
	Event__SealedMail message = EVENT__SEALED_MAIL__INIT;
	Event__SealedMail__ValuesEntry *values[3];
	char expires[INSTANT_TEXT];
	uint8_t *packed;
	size_t len;

	if (!reader) {
		log_error("the public key of notification is not known");
		return FAIL(UNAVAILABLE, "KEYS_UNAVAILABLE");
	}
	instant_format(expires, mail->expires_at);
	values[0] = entry_of(call->arena, "code", mail->code);
	values[1] = entry_of(call->arena, "program", mail->program);
	values[2] = entry_of(call->arena, "expires", expires);
	message.template_ = "code";
	message.to = mail->to;
	message.locale = mail->locale;
	message.n_values = sizeof values / sizeof values[0];
	message.values = values;
	packed = arena_alloc(call->arena, event__sealed_mail__get_packed_size(&message));
	len = event__sealed_mail__pack(&message, packed);
	*out = seal_to_public(call->arena, reader->public_key, (struct str){(char *)packed, len});
	return OK;
}
