#include "crypto/seal.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/arena.h"

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG   crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(SEAL_OVERHEAD == NONCE + TAG, "documented overhead");
_Static_assert(SEAL_PUBLIC_OVERHEAD == crypto_box_SEALBYTES, "documented overhead");

struct str seal_with_key(struct arena *arena, const uint8_t key[SEAL_KEY_BYTES], struct str context,
			 struct str plain)
{
	uint8_t *out = arena_alloc(arena, plain.len + SEAL_OVERHEAD);

	randombytes_buf(out, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, NULL, (const uint8_t *)plain.ptr,
						   plain.len, (const uint8_t *)context.ptr,
						   context.len, NULL, out, key);
	return (struct str){(const char *)out, plain.len + SEAL_OVERHEAD};
}

bool seal_open(struct arena *arena, const uint8_t key[SEAL_KEY_BYTES], struct str context,
	       struct str sealed, struct str *plain)
{
	const uint8_t *in = (const uint8_t *)sealed.ptr;
	uint8_t *out;

	if (sealed.len < SEAL_OVERHEAD)
		return false;
	out = arena_alloc(arena, sealed.len - SEAL_OVERHEAD + 1);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    out, NULL, NULL, in + NONCE, sealed.len - NONCE, (const uint8_t *)context.ptr,
		    context.len, in, key) != 0)
		return false;
	out[sealed.len - SEAL_OVERHEAD] = '\0';
	*plain = (struct str){(const char *)out, sealed.len - SEAL_OVERHEAD};
	return true;
}

struct str seal_to_public(struct arena *arena, const uint8_t recipient[SEAL_PUBLIC_BYTES],
			  struct str plain)
{
	uint8_t *out = arena_alloc(arena, plain.len + SEAL_PUBLIC_OVERHEAD);

	if (crypto_box_seal(out, (const uint8_t *)plain.ptr, plain.len, recipient) != 0)
		abort(); /* only a public key of small order: never one of the keyring's */
	return (struct str){(const char *)out, plain.len + SEAL_PUBLIC_OVERHEAD};
}

bool seal_open_private(struct arena *arena, const uint8_t private_key[SEAL_PRIVATE_BYTES],
		       struct str sealed, struct str *plain)
{
	uint8_t public_key[SEAL_PUBLIC_BYTES];
	uint8_t *out;

	if (sealed.len < SEAL_PUBLIC_OVERHEAD)
		return false;
	seal_public_of(public_key, private_key);
	out = arena_alloc(arena, sealed.len - SEAL_PUBLIC_OVERHEAD + 1);
	if (crypto_box_seal_open(out, (const uint8_t *)sealed.ptr, sealed.len, public_key,
				 private_key) != 0)
		return false;
	out[sealed.len - SEAL_PUBLIC_OVERHEAD] = '\0';
	*plain = (struct str){(const char *)out, sealed.len - SEAL_PUBLIC_OVERHEAD};
	return true;
}

void seal_public_of(uint8_t public_key[SEAL_PUBLIC_BYTES],
		    const uint8_t private_key[SEAL_PRIVATE_BYTES])
{
	crypto_scalarmult_base(public_key, private_key);
}
