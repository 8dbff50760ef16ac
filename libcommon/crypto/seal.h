#pragma once

/*
 * Secrets at rest and on their way to one reader.
 *
 *   seal_with_key    XChaCha20-Poly1305, for our own later reading.  The context
 *                    ("tenant ‖ table ‖ id") is authenticated but not stored: a
 *                    sealed value moved to another row does not open.
 *                    nonce[24] ‖ ciphertext ‖ tag[16]
 *   seal_to_public   crypto_box_seal (X25519, XSalsa20-Poly1305): anybody may
 *                    seal, only the recipient opens.
 *                    ephemeral public key[32] ‖ tag[16] ‖ ciphertext
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;

#define SEAL_KEY_BYTES	     32
#define SEAL_OVERHEAD	     40
#define SEAL_PUBLIC_BYTES    32
#define SEAL_PRIVATE_BYTES   32
#define SEAL_PUBLIC_OVERHEAD 48

/* plain.len + SEAL_OVERHEAD bytes in the arena. */
struct str seal_with_key(struct arena *arena, const uint8_t key[SEAL_KEY_BYTES], struct str context,
			 struct str plain);

/* False when the key, the context or any bit is not the same; *plain is NUL-terminated. */
bool seal_open(struct arena *arena, const uint8_t key[SEAL_KEY_BYTES], struct str context,
	       struct str sealed, struct str *plain);

/* plain.len + SEAL_PUBLIC_OVERHEAD bytes in the arena. */
struct str seal_to_public(struct arena *arena, const uint8_t recipient[SEAL_PUBLIC_BYTES],
			  struct str plain);

bool seal_open_private(struct arena *arena, const uint8_t private_key[SEAL_PRIVATE_BYTES],
		       struct str sealed, struct str *plain);

/* The X25519 public half of a private key. */
void seal_public_of(uint8_t public_key[SEAL_PUBLIC_BYTES],
		    const uint8_t private_key[SEAL_PRIVATE_BYTES]);
