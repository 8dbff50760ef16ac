#include "crypto/sign.h"

#include <sodium.h>

void sign_generate(uint8_t public_key[SIGN_PUBLIC_BYTES], uint8_t private_key[SIGN_PRIVATE_BYTES])
{
	crypto_sign_keypair(public_key, private_key);
}

void sign_from_seed(uint8_t public_key[SIGN_PUBLIC_BYTES], uint8_t private_key[SIGN_PRIVATE_BYTES],
		    const uint8_t seed[SIGN_SEED_BYTES])
{
	crypto_sign_seed_keypair(public_key, private_key, seed);
}

void sign_message(uint8_t signature[SIGN_SIGNATURE_BYTES],
		  const uint8_t private_key[SIGN_PRIVATE_BYTES], const void *msg, size_t len)
{
	crypto_sign_detached(signature, NULL, msg, len, private_key);
}

bool sign_verify(const uint8_t signature[SIGN_SIGNATURE_BYTES],
		 const uint8_t public_key[SIGN_PUBLIC_BYTES], const void *msg, size_t len)
{
	return crypto_sign_verify_detached(signature, msg, len, public_key) == 0;
}
