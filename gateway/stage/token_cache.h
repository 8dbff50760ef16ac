#pragma once

/*
 * Bearer strings that were checked a moment ago: an Ed25519 verification costs
 * 50 µs, a look-up one.  Fixed size, one per loop, no lock.  Tokens are kept by
 * a keyed hash only.  A credential stays alive while a call holds it, even when
 * the cache forgot it.
 */
#include "gateway.h"

struct token_cache;

struct token_cache *token_cache_new(const uint8_t mac_key[32]);
void token_cache_free(struct token_cache **cache);

/* Held for the caller (credential_release), or NULL. */
struct credential *token_cache_find(struct token_cache *cache, struct str token, instant now);

/*
 * Remembers a checked token until good_until.  Copies everything.  Held for the
 * caller.
 */
struct credential *token_cache_add(struct token_cache *cache, struct str token,
				   const struct principal *principal, instant good_until);

/*
 * The credential's principal, signed for the daemon that is asked; lives as long as
 * the credential.  daemon must live on (the contract's tables).
 */
struct str credential_signed_for(struct credential *credential, const char *daemon,
				 const struct key *service_key);

/* After a change of keys. */
void token_cache_flush(struct token_cache *cache);

/* *credential becomes NULL; NULL is fine. */
void credential_release(struct credential **credential);
