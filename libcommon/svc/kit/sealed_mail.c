#include "svc/kit/sealed_mail.h"

#include "base/log.h"
#include "crypto/seal.h"
#include "crypto/service_keys.h"
#include "svc/kit/pb.h"
#include "svc/svc.h"

Event__SealedMail *mail_new(struct arena *arena, const char *template,
			    const struct mail_word *words, size_t n)
{
	Event__SealedMail *mail = arena_new_of(arena, Event__SealedMail);

	event__sealed_mail__init(mail);
	mail->template_ = template;
	mail->n_values = n;
	mail->values = pb_array(arena, &event__sealed_mail__values_entry__descriptor, n);
	for (size_t i = 0; i < n; i++) {
		mail->values[i]->key = words[i].name;
		mail->values[i]->value = words[i].value;
	}
	return mail;
}

struct status mail_seal(struct rpc_call *call, const Event__SealedMail *mail, struct str *out)
{
	const struct service_key *reader =
		service_keys_newest(svc_service_keys(call->svc), "notification", KEY_X25519);

	if (!reader) {
		log_error("the public key of notification is not known");
		return FAIL(KEYS_UNAVAILABLE);
	}
	*out = seal_to_public(call->arena, reader->public_key, pb_pack(call->arena, &mail->base));
	return OK;
}
