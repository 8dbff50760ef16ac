#pragma once

/*
 * The identity of a published screener: SHA-256 over its canonical JSON, and a
 * signed statement per version that names the statement before it, so that no
 * version can be changed, left out or slipped in later without its being seen.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/instant.h"
#include "base/status.h"
#include "base/str.h"

#define IDENTITY_HASH_BYTES	 32
#define IDENTITY_SIGNATURE_BYTES 64
#define IDENTITY_KEY_BYTES	 32

/* SHA-256 over the canonical form of a document.  Fails as canon_bytes. */
struct status identity_of_document(struct arena *arena, struct str document,
				   uint8_t out[IDENTITY_HASH_BYTES]);

/* One version in the chain of a slug. */
struct identity_version {
	const char *slug;
	int64_t number; /* 1 for the first, then one more each */
	uint8_t content[IDENTITY_HASH_BYTES];
	uint8_t previous[IDENTITY_HASH_BYTES]; /* statement hash of number - 1; zeros for the first
						*/
	instant published_at;
	/*
	 * SHA-256 of the record by which a second person accepted that the proof of safety is
	 * open (EXCHANGE.md "Identity").  NULL when everything is proven: the statement then has
	 * no such member.
	 */
	const uint8_t *safety_acceptance;
};

/*
 * What is signed, canonical JSON in the arena: content, format
 * "screener-version/1", number, previous (null for the first), published_at,
 * safety_acceptance (where there is one), slug.
 */
struct str identity_statement(struct arena *arena, const struct identity_version *version);

/* What a second person accepted, and why. */
struct identity_acceptance {
	uint8_t content[IDENTITY_HASH_BYTES]; /* of the document */
	const char *const *questions;	      /* ids of the safety questions whose proof is open */
	size_t n_questions;
	const char *reason;
	const char *accepted_by; /* the person's id */
	instant accepted_at;
};

/*
 * SHA-256 of the acceptance's record, canonical JSON with the members accepted_at, accepted_by,
 * content, format "safety-acceptance/1", questions, reason.  Fails as canon_bytes.
 */
struct status identity_of_acceptance(struct arena *arena,
				     const struct identity_acceptance *acceptance,
				     uint8_t out[IDENTITY_HASH_BYTES]);

/* SHA-256 of the statement: what the next version names as previous. */
void identity_hash(struct arena *arena, const struct identity_version *version,
		   uint8_t out[IDENTITY_HASH_BYTES]);

/* Ed25519 over the statement with the tenant's publishing key (64-byte expanded form). */
void identity_sign(struct arena *arena, const struct identity_version *version,
		   const uint8_t private_key[64], uint8_t signature[IDENTITY_SIGNATURE_BYTES]);

bool identity_verify(struct arena *arena, const struct identity_version *version,
		     const uint8_t signature[IDENTITY_SIGNATURE_BYTES],
		     const uint8_t public_key[IDENTITY_KEY_BYTES]);

struct identity_link {
	struct identity_version version;
	uint8_t signature[IDENTITY_SIGNATURE_BYTES];
	uint8_t public_key[IDENTITY_KEY_BYTES]; /* the key the store trusts for this link */
};

/*
 * Checks a whole chain in order: numbers without gaps from 1, one slug, each
 * previous, times that do not go back, each signature.  DATA_LOSS with *broken
 * the index of the first link that is off: "CHAIN_NUMBER", "CHAIN_SLUG",
 * "CHAIN_PREVIOUS", "CHAIN_TIME", "CHAIN_SIGNATURE".
 */
struct status identity_verify_chain(struct arena *arena, const struct identity_link *links,
				    size_t n, size_t *broken);
