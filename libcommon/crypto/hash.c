#include "crypto/hash.h"

#include <sodium.h>
#include <stdlib.h>

_Static_assert(sizeof(struct sha256) >= sizeof(crypto_hash_sha256_state), "state fits");

static crypto_hash_sha256_state *state_of(struct sha256 *hash)
{
	return (crypto_hash_sha256_state *)(void *)hash->opaque;
}

void crypto_init(void)
{
	if (sodium_init() < 0)
		abort();
}

void crypto_sha256(uint8_t out[SHA256_BYTES], const void *data, size_t len)
{
	crypto_hash_sha256(out, data, len);
}

void sha256_init(struct sha256 *hash)
{
	crypto_hash_sha256_init(state_of(hash));
}

void sha256_update(struct sha256 *hash, const void *data, size_t len)
{
	crypto_hash_sha256_update(state_of(hash), data, len);
}

void sha256_final(struct sha256 *hash, uint8_t out[SHA256_BYTES])
{
	crypto_hash_sha256_final(state_of(hash), out);
}

void crypto_mac(uint8_t out[MAC_BYTES], const uint8_t key[MAC_KEY_BYTES], const void *data,
		size_t len)
{
	if (crypto_generichash(out, MAC_BYTES, data, len, key, MAC_KEY_BYTES) != 0)
		abort();
}

void crypto_hmac_sha256(uint8_t out[SHA256_BYTES], const void *key, size_t key_len,
			const void *data, size_t len)
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key, key_len);
	crypto_auth_hmacsha256_update(&state, data, len);
	crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof state);
}

bool crypto_equal(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

void crypto_wipe(void *p, size_t len)
{
	sodium_memzero(p, len);
}
