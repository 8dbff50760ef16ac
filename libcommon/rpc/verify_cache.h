#pragma once

/*
 * Remembers signed bytes that verified, until they expire: a fixed table of
 * keyed hashes with one place per value, so it never grows and an attacker
 * cannot choose what collides.  Thread-safe.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/str.h"

#define VERIFY_CACHE_SLOTS 4096

struct verify_slot {
	uint8_t digest[32];
	instant expires;
};

struct verify_cache {
	pthread_mutex_t lock;
	uint8_t key[32];
	struct verify_slot slots[VERIFY_CACHE_SLOTS];
};

void verify_cache_init(struct verify_cache *cache);
void verify_cache_fini(struct verify_cache *cache);

/* The hash under which bytes are known. */
void verify_cache_digest(const struct verify_cache *cache, struct str bytes, uint8_t digest[32]);
bool verify_cache_has(struct verify_cache *cache, const uint8_t digest[32], instant now);
void verify_cache_put(struct verify_cache *cache, const uint8_t digest[32], instant expires);
void verify_cache_clear(struct verify_cache *cache);
