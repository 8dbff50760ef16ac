#include "rpc/trust.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aegis/rpc/v1/envelope.pb-c.h"
#include "base/arena.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "rpc/pb_arena.h"
#include "rpc/peer_uid.h"
#include "rpc/principal_wire.h"
#include "rpc/verify_cache.h"

#define TOKEN_CONTEXT	  "aegis service 2\n"
#define PRINCIPAL_CONTEXT "aegis principal 2\n"
#define TOKEN_MAX	  512
#define SIGNED_MAX	  ((size_t)24 * 1024)
#define CLOCK_SKEW	  MINUTES(1)
/* How long a verified proof is remembered: events of a call come in a bundle. */
#define PROOF_KEPT MINUTES(10)

struct trust {
	char *secrets_dir;
	char self[KEY_NAME_TEXT];
	pthread_rwlock_t lock; /* of keys */
	struct service_keys *keys;
	struct verify_cache tokens;
	struct verify_cache principals;
	struct verify_cache proofs;
};

struct status trust_new(const char *secrets_dir, const char *self, struct trust **out)
{
	struct service_keys *keys;
	struct trust *trust;

	crypto_init();
	TRY(service_keys_open(secrets_dir, &keys));
	trust = calloc(1, sizeof *trust);
	if (!trust || !(trust->secrets_dir = strdup(secrets_dir)))
		abort();
	snprintf(trust->self, sizeof trust->self, "%s", self);
	trust->keys = keys;
	pthread_rwlock_init(&trust->lock, NULL);
	verify_cache_init(&trust->tokens);
	verify_cache_init(&trust->principals);
	verify_cache_init(&trust->proofs);
	*out = trust;
	return OK;
}

void trust_free(struct trust **trust)
{
	if (!*trust)
		return;
	verify_cache_fini(&(*trust)->tokens);
	verify_cache_fini(&(*trust)->principals);
	verify_cache_fini(&(*trust)->proofs);
	pthread_rwlock_destroy(&(*trust)->lock);
	service_keys_free(&(*trust)->keys);
	free((*trust)->secrets_dir);
	free(*trust);
	*trust = NULL;
}

struct status trust_reload(struct trust *trust)
{
	struct service_keys *fresh, *old;

	TRY(service_keys_open(trust->secrets_dir, &fresh));
	pthread_rwlock_wrlock(&trust->lock);
	old = trust->keys;
	trust->keys = fresh;
	pthread_rwlock_unlock(&trust->lock);
	service_keys_free(&old);
	verify_cache_clear(&trust->tokens);
	verify_cache_clear(&trust->principals);
	verify_cache_clear(&trust->proofs);
	return OK;
}

/* Any key of the daemon will do: neither message names one. */
static bool is_signed_by(struct trust *trust, const char *daemon, ProtobufCBinaryData signature,
			 struct str msg)
{
	const struct service_key *key;
	bool good = false;

	if (signature.len != SIGN_SIGNATURE_BYTES)
		return false;
	pthread_rwlock_rdlock(&trust->lock);
	for (size_t i = 0; !good; i++) {
		key = service_keys_at(trust->keys, daemon, KEY_ED25519, i);
		if (!key)
			break;
		good = sign_verify(signature.data, key->public_key, msg.ptr, msg.len);
	}
	pthread_rwlock_unlock(&trust->lock);
	return good;
}

static struct str token_text(struct arena *arena, const char *daemon, const char *audience,
			     instant expires_at)
{
	return str_of(arena_printf(arena, TOKEN_CONTEXT "%s\n%s\n%lld", daemon, audience,
				   (long long)expires_at));
}

static struct str principal_text(struct arena *arena, struct str principal)
{
	const size_t prefix = sizeof PRINCIPAL_CONTEXT - 1;
	char *text = arena_alloc(arena, prefix + principal.len);

	memcpy(text, PRINCIPAL_CONTEXT, prefix);
	if (principal.len)
		memcpy(text + prefix, principal.ptr, principal.len);
	return (struct str){text, prefix + principal.len};
}

bool trust_may_run(const struct trust *trust, const char *daemon, unsigned uid)
{
	return peer_uid_may_be(trust->secrets_dir, daemon, uid);
}

static struct status check_token(struct trust *trust, struct arena *arena,
				 const Rpc__ServiceToken *token, const uint8_t digest[32],
				 instant now)
{
	ProtobufCBinaryData signature = token->signature;

	if (token->expires_at <= now)
		return FAIL(SERVICE_TOKEN_EXPIRED);
	if (verify_cache_has(&trust->tokens, digest, now))
		return OK;
	if (strcmp(token->audience, trust->self) != 0 ||
	    token->expires_at > now + SERVICE_TOKEN_LIFE + CLOCK_SKEW ||
	    !is_signed_by(trust, token->service, signature,
			  token_text(arena, token->service, token->audience, token->expires_at)))
		return FAIL(SERVICE_TOKEN_INVALID);
	verify_cache_put(&trust->tokens, digest, token->expires_at);
	return OK;
}

static struct status verify_token_in(struct trust *trust, struct arena *arena, struct str token,
				     instant now, char caller[KEY_NAME_TEXT])
{
	ProtobufCAllocator allocator = pb_arena_allocator(arena);
	const Rpc__ServiceToken *m;
	uint8_t digest[32];

	m = rpc__service_token__unpack(&allocator, token.len, (const uint8_t *)token.ptr);
	if (!m || strlen(m->service) >= KEY_NAME_TEXT)
		return FAIL(SERVICE_TOKEN_INVALID);
	verify_cache_digest(&trust->tokens, token, digest);
	TRY(check_token(trust, arena, m, digest, now));
	strcpy(caller, m->service);
	return OK;
}

struct status trust_verify_token(struct trust *trust, struct arena *arena, struct str token,
				 instant now, char caller[KEY_NAME_TEXT])
{
	if (token.len == 0)
		return FAIL(SERVICE_TOKEN_MISSING);
	if (token.len > TOKEN_MAX)
		return FAIL(SERVICE_TOKEN_INVALID);
	return verify_token_in(trust, arena, token, now, caller);
}

/* A signed principal, taken apart. */
struct signed_parts {
	struct str body;
	ProtobufCBinaryData signature;
	struct principal *principal;
};

/* Times that can be added to and subtracted from each other: nothing is verified yet. */
static bool has_times(const struct principal *p)
{
	return p->issued_at > 0 && p->issued_at <= p->expires_at && p->expires_at <= INSTANT_MAX;
}

static struct status take_apart(struct arena *arena, struct str signed_, struct signed_parts *out)
{
	ProtobufCAllocator allocator = pb_arena_allocator(arena);
	const Rpc__SignedPrincipal *m;

	if (signed_.len > SIGNED_MAX)
		return FAIL(PRINCIPAL_INVALID);
	m = rpc__signed_principal__unpack(&allocator, signed_.len, (const uint8_t *)signed_.ptr);
	if (!m)
		return FAIL(PRINCIPAL_INVALID);
	out->body = (struct str){(const char *)m->principal.data, m->principal.len};
	out->signature = m->signature;
	out->principal = arena_new_of(arena, struct principal);
	if (!principal_unpack(arena, out->body, out->principal) || !has_times(out->principal))
		return FAIL(PRINCIPAL_INVALID);
	return OK;
}

static bool is_from_gateway(struct trust *trust, struct arena *arena,
			    const struct signed_parts *parts)
{
	const struct principal *p = parts->principal;

	return p->expires_at - p->issued_at <= PRINCIPAL_LIFE_MAX && p->kind != PRINCIPAL_SERVICE &&
	       is_signed_by(trust, PRINCIPAL_ISSUER, parts->signature,
			    principal_text(arena, parts->body));
}

static struct status check_principal(struct trust *trust, struct arena *arena,
				     const struct signed_parts *parts, struct str signed_,
				     instant now)
{
	const struct principal *p = parts->principal;
	uint8_t digest[32];

	verify_cache_digest(&trust->principals, signed_, digest);
	if (verify_cache_has(&trust->principals, digest, now))
		return OK;
	if (p->issued_at > now + CLOCK_SKEW || !is_from_gateway(trust, arena, parts))
		return FAIL(PRINCIPAL_INVALID);
	verify_cache_put(&trust->principals, digest, p->expires_at);
	return OK;
}

struct status trust_verify_principal(struct trust *trust, struct arena *arena, const char *caller,
				     struct str signed_, instant now, const struct principal **out)
{
	static const struct principal anonymous = {.role = "", .label = "", .audience = ""};
	const char *audience = strcmp(caller, PRINCIPAL_ISSUER) == 0 ? trust->self : caller;
	struct signed_parts parts;

	if (signed_.len == 0) {
		*out = &anonymous;
		return OK;
	}
	TRY(take_apart(arena, signed_, &parts));
	if (parts.principal->expires_at <= now)
		return FAIL(PRINCIPAL_EXPIRED);
	if (strcmp(parts.principal->audience, audience) != 0)
		return FAIL(PRINCIPAL_INVALID);
	TRY(check_principal(trust, arena, &parts, signed_, now));
	*out = parts.principal;
	return OK;
}

struct status trust_verify_proof(struct trust *trust, struct arena *arena, struct str signed_,
				 instant at, const struct principal **out)
{
	struct signed_parts parts;
	instant now = instant_now();
	uint8_t digest[32];

	TRY(take_apart(arena, signed_, &parts));
	if (at < parts.principal->issued_at - CLOCK_SKEW ||
	    at > parts.principal->expires_at + CLOCK_SKEW)
		return FAIL(PRINCIPAL_INVALID);
	verify_cache_digest(&trust->proofs, signed_, digest);
	if (!verify_cache_has(&trust->proofs, digest, now)) {
		if (!is_from_gateway(trust, arena, &parts))
			return FAIL(PRINCIPAL_INVALID);
		verify_cache_put(&trust->proofs, digest, now + PROOF_KEPT);
	}
	*out = parts.principal;
	return OK;
}

struct str service_token_sign(struct arena *arena, const char *daemon, const char *audience,
			      const struct key *key, instant expires_at)
{
	Rpc__ServiceToken m = RPC__SERVICE_TOKEN__INIT;
	struct str text = token_text(arena, daemon, audience, expires_at);
	uint8_t signature[SIGN_SIGNATURE_BYTES];
	uint8_t *out;

	sign_message(signature, key->bytes, text.ptr, text.len);
	m.service = daemon;
	m.audience = audience;
	m.expires_at = expires_at;
	m.signature = (ProtobufCBinaryData){.len = sizeof signature, .data = signature};
	out = arena_alloc(arena, rpc__service_token__get_packed_size(&m));
	return (struct str){(const char *)out, rpc__service_token__pack(&m, out)};
}

struct str principal_sign(struct arena *arena, const struct principal *p, const struct key *key)
{
	Rpc__SignedPrincipal m = RPC__SIGNED_PRINCIPAL__INIT;
	struct str body = principal_pack(arena, p);
	struct str text = principal_text(arena, body);
	uint8_t signature[SIGN_SIGNATURE_BYTES];
	uint8_t *out;

	sign_message(signature, key->bytes, text.ptr, text.len);
	m.principal =
		(ProtobufCBinaryData){.len = body.len, .data = (uint8_t *)(uintptr_t)body.ptr};
	m.signature = (ProtobufCBinaryData){.len = sizeof signature, .data = signature};
	out = arena_alloc(arena, rpc__signed_principal__get_packed_size(&m));
	return (struct str){(const char *)out, rpc__signed_principal__pack(&m, out)};
}
