#pragma once

/*
 * Signed checkpoints of a log: the C2SP formats tlog-checkpoint
 * (https://c2sp.org/tlog-checkpoint) and signed-note with Ed25519.
 *
 *   <origin> LF <size> LF <base64 root> LF LF
 *   "— " <origin> " " base64(key id ‖ signature) LF
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "crypto/sign.h"
#include "merkle/merkle.h"

struct arena;

struct checkpoint {
	const char *origin; /* also the key's name; no white space, no plus sign */
	uint64_t size;
	struct merkle_hash root;
};

/* The note, signed; in the arena. */
char *checkpoint_sign(struct arena *arena, const struct checkpoint *checkpoint,
		      const uint8_t private_key[SIGN_PRIVATE_BYTES]);

/* "<origin>+<key id>+<base64 of 1 and the key>", what an auditor keeps; in the arena. */
char *checkpoint_verifier_key(struct arena *arena, const char *origin,
			      const uint8_t public_key[SIGN_PUBLIC_BYTES]);

/* False unless the text has exactly that form and the key id belongs to the key. */
bool checkpoint_parse_key(struct arena *arena, struct str text, char **origin,
			  uint8_t public_key[SIGN_PUBLIC_BYTES]);

/*
 * Reads a note and checks its signature by this key; other signatures may stand
 * beside it.  False when the form or every signature is wrong.
 */
bool checkpoint_open(struct arena *arena, struct str note, const char *origin,
		     const uint8_t public_key[SIGN_PUBLIC_BYTES], struct checkpoint *out);
