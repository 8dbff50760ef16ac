#pragma once

/*
 * Opaque bearer strings: keys, sessions, refresh, invitation and link tokens.
 * Every one names its tenant and its row, so that row-level security applies
 * before the secret is looked at, and carries a checksum, so that junk is
 * refused without a lookup (the checksum is no secret).
 *
 *   token    = kind "_" body checksum
 *   kind     = 2 to 15 of [a-z_], not ending in "_"     "aeg_live", "ses", "rt"
 *   body     = 70 base62 digits, big-endian, of tenant[16] ‖ id[16] ‖ secret[20]
 *   checksum = 6 base62 digits of CRC-32 (IEEE 802.3) over kind "_" body
 *   base62   = 0-9 A-Z a-z
 *
 * Only bearer_hash() of a token is ever stored.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/uuid.h"

#define BEARER_KIND_MAX	    15
#define BEARER_SECRET_BYTES 20
#define BEARER_HASH_BYTES   32
/* Longest token with its NUL. */
#define BEARER_TEXT (BEARER_KIND_MAX + 1 + 70 + 6 + 1)

struct bearer {
	char kind[BEARER_KIND_MAX + 1];
	struct uuid tenant;
	struct uuid id;
	uint8_t secret[BEARER_SECRET_BYTES];
};

/* A token with a fresh random secret.  kind must follow the grammar (aborts). */
struct bearer bearer_new(const char *kind, struct uuid tenant, struct uuid id);

/*
 * A token whose secret is a MAC over kind, tenant and id: its maker checks it
 * with bearer_mac_is_valid() before any lookup.
 */
struct bearer bearer_new_mac(const char *kind, struct uuid tenant, struct uuid id,
			     const uint8_t key[32]);
bool bearer_mac_is_valid(const struct bearer *bearer, const uint8_t key[32]);

void bearer_format(char out[BEARER_TEXT], const struct bearer *bearer);

/* The whole of text, canonical form only; says nothing about the secret. */
bool bearer_parse(struct str text, struct bearer *out);

bool bearer_is_kind(const struct bearer *bearer, const char *kind);

/* SHA-256 of the secret: what a table keeps.  160 random bits need no slow hash. */
void bearer_hash(uint8_t out[BEARER_HASH_BYTES], const struct bearer *bearer);

/* Constant time. */
bool bearer_matches(const struct bearer *bearer, const uint8_t stored[BEARER_HASH_BYTES]);
