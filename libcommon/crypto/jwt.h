#pragma once

/*
 * Access tokens: JWS compact serialisation (RFC 7515) of JWT claims (RFC 7519),
 * signed with Ed25519 (RFC 8037, alg "EdDSA").  There is one algorithm and it
 * belongs to the key: what the token's header says must agree.  Refused
 * whatever they say: crit, jwk, jku, x5u, x5c, any alg but EdDSA, names given
 * twice, padding, non-canonical base64url, more than JWT_MAX bytes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/status.h"
#include "base/str.h"

struct arena;

#define JWT_MAX	    8192
#define JWT_LEEWAY  SECONDS(30)
#define JWT_KID_MAX 64

/* Strings are "" when absent, lists empty; times are cut to seconds in the token. */
struct jwt_claims {
	const char *iss;
	const char *aud;
	const char *sub;
	const char *org;
	const char *workspace;
	const char *role;
	const char *type; /* "access" */
	const char *jti;
	const char *sid;
	const char *const *permissions;
	size_t n_permissions;
	uint64_t epoch;
	bool email_verified; /* OpenID Connect Core 5.1; absent is false */
	bool admin;	     /* "adm": a platform administrator; written only when true */
	instant issued_at;
	instant expires_at;
};

/* A public key that tokens may name: kid is [A-Za-z0-9._-]{1,64}. */
struct jwt_key {
	char kid[JWT_KID_MAX + 1];
	uint8_t public_key[32];
};

/* What the verifier insists on, e.g. {"aegis", "aegis-api", "access"}. */
struct jwt_expect {
	const char *iss;
	const char *aud;
	const char *type;
};

/* The token in the arena; kid names the key, private_key is SIGN_PRIVATE_BYTES long. */
char *jwt_sign(struct arena *arena, const char *kid, const uint8_t *private_key,
	       const struct jwt_claims *claims);

/*
 * Verifies, then reads, then checks.  *out and its strings live in the arena.
 *   UNAUTHENTICATED/TOKEN_MALFORMED   not a token of ours
 *   UNAUTHENTICATED/TOKEN_UNKNOWN_KEY kid is none of keys: fetch keys, at most once a minute
 *   UNAUTHENTICATED/TOKEN_INVALID     signature, iss, aud or type is wrong
 *   UNAUTHENTICATED/TOKEN_EXPIRED     past exp (JWT_LEEWAY allowed)
 * About 50 µs for the signature: cache by the token until expires_at.
 */
struct status jwt_verify(struct arena *arena, const struct jwt_key *keys, size_t n_keys,
			 struct str token, instant now, const struct jwt_expect *expect,
			 struct jwt_claims *out);
