#include "program/publish_key.h"

#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "crypto/seal.h"
#include "program/fill.h"

static struct str context_of(struct rpc_call *call)
{
	return str_of(arena_printf(call->arena, "%s program.publish_key",
				   uuid_text(call->arena, call->tenant)));
}

static struct status make_key(struct rpc_call *call, const struct key *kek)
{
	uint8_t public_key[SIGN_PUBLIC_BYTES], private_key[SIGN_PRIVATE_BYTES];
	struct str sealed;
	struct status st;

	sign_generate(public_key, private_key);
	sealed = seal_with_key(call->arena, kek->bytes, context_of(call),
			       (struct str){(const char *)private_key, sizeof private_key});
	crypto_wipe(private_key, sizeof private_key);
	/* Two first publications at once: one of the keys is kept. */
	st = q_insert_publish_key(
		call->tx, .kek = kek->kid,
		.public_key = ((struct str){(const char *)public_key, sizeof public_key}),
		.sealed = sealed, .now = call->now);
	return st;
}

struct status publish_key_take(struct rpc_call *call, struct publish_key *key)
{
	const struct key *kek = keyring_newest(svc_keyring(call->svc), "publish");
	struct q_publish_key_row *row;
	struct str plain;

	if (!kek)
		return FAIL(NO_PUBLISH_KEK);
	TRY(q_publish_key(call->tx, &row));
	if (!row) {
		TRY(make_key(call, kek));
		TRY(q_publish_key(call->tx, &row));
	}
	kek = row ? keyring_find(svc_keyring(call->svc), "publish", row->kek) : NULL;
	if (!kek || !seal_open(call->arena, kek->bytes, context_of(call), row->sealed, &plain) ||
	    plain.len != sizeof key->private_key || row->public_key.len != sizeof key->public_key)
		return FAIL(PUBLISH_KEY_SEALED);
	memcpy(key->private_key, plain.ptr, plain.len);
	memcpy(key->public_key, row->public_key.ptr, sizeof key->public_key);
	crypto_wipe((char *)plain.ptr, plain.len);
	return OK;
}
