#include "cache/check.h"

#include <string.h>

#include "base/fnv1a.h"

static bool is_same_rate(const struct cache_rate *a, const struct cache_rate *b)
{
	return a->per_minute == b->per_minute && a->burst == b->burst && a->cost == b->cost;
}

static bool is_same_limit(const struct cache_limit *a, const struct cache_limit *b)
{
	return a->everyone == b->everyone &&
	       (a->everyone || (a->class == b->class && uuid_eq(a->who, b->who))) &&
	       is_same_rate(&a->rate, &b->rate);
}

static bool is_same_address(const struct cache_address_limit *a,
			    const struct cache_address_limit *b)
{
	return a->class == b->class && strcmp(a->address, b->address) == 0 &&
	       is_same_rate(&a->rate, &b->rate);
}

bool cache_check_is_same(const struct cache_check *a, const struct cache_check *b)
{
	if (a->with_session != b->with_session || a->with_standing != b->with_standing ||
	    a->with_address != b->with_address || a->n_limits != b->n_limits)
		return false;
	if (cache_check_has_tenant(a) && !uuid_eq(a->tenant, b->tenant))
		return false;
	if (a->with_session && !uuid_eq(a->session, b->session))
		return false;
	for (size_t i = 0; i < a->n_limits; i++)
		if (!is_same_limit(&a->limits[i], &b->limits[i]))
			return false;
	return !a->with_address || is_same_address(&a->address, &b->address);
}

static uint64_t folded(struct uuid id)
{
	uint64_t halves[2];

	memcpy(halves, id.bytes, sizeof halves);
	return halves[0] ^ halves[1];
}

static uint64_t mix(uint64_t hash, uint64_t more)
{
	hash = (hash ^ more) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 32;
}

uint64_t cache_check_hash(const struct cache_check *check)
{
	uint64_t hash = 0;

	if (check->with_session)
		hash = mix(hash, folded(check->session));
	for (size_t i = 0; i < check->n_limits; i++)
		if (!check->limits[i].everyone)
			hash = mix(hash,
				   folded(check->limits[i].who) ^ (uint64_t)check->limits[i].class);
	if (cache_check_has_tenant(check))
		hash = mix(hash, folded(check->tenant));
	if (check->with_address)
		hash = mix(hash, fnv1a_64(check->address.address, strlen(check->address.address)));
	return hash;
}
