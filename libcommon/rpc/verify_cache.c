#include "rpc/verify_cache.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/random.h"

void verify_cache_init(struct verify_cache *cache)
{
	memset(cache, 0, sizeof *cache);
	pthread_mutex_init(&cache->lock, NULL);
	crypto_random(cache->key, sizeof cache->key);
}

void verify_cache_fini(struct verify_cache *cache)
{
	pthread_mutex_destroy(&cache->lock);
}

void verify_cache_digest(const struct verify_cache *cache, struct str bytes, uint8_t digest[32])
{
	crypto_mac(digest, cache->key, bytes.ptr, bytes.len);
}

static struct verify_slot *slot_of(struct verify_cache *cache, const uint8_t digest[32])
{
	return &cache->slots[(digest[0] | digest[1] << 8) % VERIFY_CACHE_SLOTS];
}

bool verify_cache_has(struct verify_cache *cache, const uint8_t digest[32], instant now)
{
	const struct verify_slot *slot = slot_of(cache, digest);
	bool has;

	pthread_mutex_lock(&cache->lock);
	has = slot->expires > now && memcmp(slot->digest, digest, sizeof slot->digest) == 0;
	pthread_mutex_unlock(&cache->lock);
	return has;
}

void verify_cache_put(struct verify_cache *cache, const uint8_t digest[32], instant expires)
{
	struct verify_slot *slot = slot_of(cache, digest);

	pthread_mutex_lock(&cache->lock);
	memcpy(slot->digest, digest, sizeof slot->digest);
	slot->expires = expires;
	pthread_mutex_unlock(&cache->lock);
}

void verify_cache_clear(struct verify_cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	memset(cache->slots, 0, sizeof cache->slots);
	pthread_mutex_unlock(&cache->lock);
}
