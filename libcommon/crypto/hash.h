#pragma once

/*
 * Hashes and MACs.  SHA-256 (FIPS 180-4) where the outside world must be able to
 * check, keyed BLAKE2b (RFC 7693) for what only we read, HMAC-SHA256 (RFC 2104,
 * FIPS 198-1) for webhooks and the like.  None of these suits a password: see
 * password.h.  Nothing blocks or fails.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES  32
#define MAC_BYTES     32
#define MAC_KEY_BYTES 32

/*
 * Call once before any thread starts; every other function of the library
 * relies on it.  Aborts when the kernel gives no randomness.  Repeating is fine.
 */
void crypto_init(void);

void crypto_sha256(uint8_t out[SHA256_BYTES], const void *data, size_t len);

/* SHA-256 over pieces: init, update as often as needed, final once. */
struct sha256 {
	_Alignas(8) uint8_t opaque[104];
};

void sha256_init(struct sha256 *hash);
void sha256_update(struct sha256 *hash, const void *data, size_t len);
void sha256_final(struct sha256 *hash, uint8_t out[SHA256_BYTES]);

/* BLAKE2b-256 keyed with 32 bytes. */
void crypto_mac(uint8_t out[MAC_BYTES], const uint8_t key[MAC_KEY_BYTES], const void *data,
		size_t len);

/* HMAC-SHA256; the key may have any length. */
void crypto_hmac_sha256(uint8_t out[SHA256_BYTES], const void *key, size_t key_len,
			const void *data, size_t len);

/* Constant time in len; a MAC or a token is never compared with memcmp. */
bool crypto_equal(const void *a, const void *b, size_t len);

/* Zeroes memory in a way the compiler does not remove. */
void crypto_wipe(void *p, size_t len);
