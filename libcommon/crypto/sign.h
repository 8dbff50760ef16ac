#pragma once

/*
 * Ed25519 signatures (RFC 8032) over whole messages.  A private key is its
 * 64-byte expanded form (seed ‖ public key); long-lived ones come from the
 * keyring and stay in its guarded memory.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIGN_SEED_BYTES	     32
#define SIGN_PUBLIC_BYTES    32
#define SIGN_PRIVATE_BYTES   64
#define SIGN_SIGNATURE_BYTES 64

/* A new pair from the kernel's randomness. */
void sign_generate(uint8_t public_key[SIGN_PUBLIC_BYTES], uint8_t private_key[SIGN_PRIVATE_BYTES]);

/* The pair that belongs to a seed. */
void sign_from_seed(uint8_t public_key[SIGN_PUBLIC_BYTES], uint8_t private_key[SIGN_PRIVATE_BYTES],
		    const uint8_t seed[SIGN_SEED_BYTES]);

void sign_message(uint8_t signature[SIGN_SIGNATURE_BYTES],
		  const uint8_t private_key[SIGN_PRIVATE_BYTES], const void *msg, size_t len);

/* About 50 µs: cache what was verified.  Small-order keys and signatures not in
 * canonical form are refused. */
bool sign_verify(const uint8_t signature[SIGN_SIGNATURE_BYTES],
		 const uint8_t public_key[SIGN_PUBLIC_BYTES], const void *msg, size_t len);
