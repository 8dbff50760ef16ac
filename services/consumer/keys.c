#include "consumer/keys.h"

#include "base/log.h"
#include "consumer/consumer.h"
#include "crypto/keyring.h"
#include "crypto/seal.h"

#define KEY_CODE    "code"
#define KEY_SESSION "session"
#define KEY_ANSWERS "answers"
#define KEY_PERSON  "person"

#define SESSION_KIND "ses"

struct status consumer_keys_open(const char *secrets_dir, struct keyring **out)
{
	static const char *const purposes[] = {KEY_CODE, KEY_SESSION, KEY_ANSWERS, KEY_PERSON};

	for (size_t i = 0; i < sizeof purposes / sizeof purposes[0]; i++)
		TRY(keyring_ensure(secrets_dir, "consumer", purposes[i], KEY_SECRET));
	return keyring_open(secrets_dir, "consumer", out);
}

char *session_token_new(struct rpc_call *call, struct uuid tenant, struct uuid session)
{
	const struct key *key = keyring_newest(consumer_of(call)->ring, KEY_SESSION);
	struct bearer bearer = bearer_new_mac(SESSION_KIND, tenant, session, key->bytes);
	char *text = arena_alloc(call->arena, BEARER_TEXT);

	bearer_format(text, &bearer);
	crypto_wipe(&bearer, sizeof bearer);
	return text;
}

bool session_token_parse(struct rpc_call *call, const char *text, struct bearer *out)
{
	const struct keyring *ring = consumer_of(call)->ring;
	const struct key *key;

	if (!bearer_parse(str_of(text), out) || !bearer_is_kind(out, SESSION_KIND))
		return false;
	for (size_t n = 0; (key = keyring_at(ring, KEY_SESSION, n)); n++)
		if (bearer_mac_is_valid(out, key->bytes))
			return true;
	return false;
}

bool code_hash(struct rpc_call *call, const char code[CODE_TEXT], size_t n, struct str *out)
{
	const struct key *key = keyring_at(consumer_of(call)->ring, KEY_CODE, n);
	uint8_t input[sizeof call->tenant.bytes + CODE_SYMBOLS];
	uint8_t *mac;

	if (!key)
		return false;
	memcpy(input, call->tenant.bytes, sizeof call->tenant.bytes);
	memcpy(input + sizeof call->tenant.bytes, code, CODE_SYMBOLS);
	mac = arena_alloc(call->arena, MAC_BYTES);
	crypto_mac(mac, key->bytes, input, sizeof input);
	crypto_wipe(input, sizeof input);
	*out = (struct str){(char *)mac, MAC_BYTES};
	return true;
}

bool person_hash(struct rpc_call *call, struct uuid program, const char *kind, struct str name,
		 size_t n, struct str *out)
{
	const struct key *key = keyring_at(consumer_of(call)->ring, KEY_PERSON, n);
	char tenant[UUID_TEXT], owner[UUID_TEXT];
	uint8_t *mac;
	char *input;

	if (!key)
		return false;
	uuid_format(tenant, call->tenant);
	uuid_format(owner, program);
	input = arena_printf(call->arena, "%s %s %s %.*s", tenant, owner, kind, (int)name.len,
			     name.ptr);
	mac = arena_alloc(call->arena, MAC_BYTES);
	crypto_mac(mac, key->bytes, input, strlen(input));
	crypto_wipe(input, strlen(input));
	*out = (struct str){(char *)mac, MAC_BYTES};
	return true;
}

static struct str context_of(struct rpc_call *call, const char *what, struct uuid row)
{
	char tenant[UUID_TEXT], id[UUID_TEXT];

	uuid_format(tenant, call->tenant);
	uuid_format(id, row);
	return str_of(arena_printf(call->arena, "%s %s %s", tenant, what, id));
}

struct str phi_seal(struct rpc_call *call, const char *what, struct uuid row, struct str plain)
{
	const struct key *key = keyring_newest(consumer_of(call)->ring, KEY_ANSWERS);

	return seal_with_key(call->arena, key->bytes, context_of(call, what, row), plain);
}

struct status phi_open(struct rpc_call *call, const char *what, struct uuid row, struct str sealed,
		       struct str *plain)
{
	const struct keyring *ring = consumer_of(call)->ring;
	struct str context = context_of(call, what, row);
	const struct key *key;

	for (size_t n = 0; (key = keyring_at(ring, KEY_ANSWERS, n)); n++)
		if (seal_open(call->arena, key->bytes, context, sealed, plain))
			return OK;
	log_error("a sealed value does not open", KV("what", what));
	return FAIL(SEALED_VALUE);
}
