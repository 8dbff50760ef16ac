#pragma once

/*
 * The blocking side of Redis, for daemons: auth writes the record that the
 * gateway's script reads.  One connection behind a mutex, opened when first
 * used and again after an error; every call gives up after a second.  Any
 * failure is UNAVAILABLE/CACHE_DOWN: the caller's truth is PostgreSQL, so it
 * decides whether that matters (ending a session: yes, retry until written).
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/uuid.h"
#include "cache/cache.h"

struct cache_sync;

/* Does not connect yet.  INVALID_ARGUMENT/CACHE_URL. */
struct status cache_sync_new(const struct cache_config *config, struct cache_sync **out);
void cache_sync_free(struct cache_sync **cache);

/* PING: is Redis there? */
struct status cache_sync_ping(struct cache_sync *cache);

/* The session lives, with this membership epoch, for ttl_s seconds from now. */
struct status cache_session_put(struct cache_sync *cache, struct uuid tenant, struct uuid session,
				uint64_t epoch, uint32_t ttl_s);
/*
 * The session was ended: a mark that outlives its last access token (ttl_s), so
 * that the gateway refuses without asking auth.
 */
struct status cache_session_end(struct cache_sync *cache, struct uuid tenant, struct uuid session,
				uint32_t ttl_s);
/* Forgets the record: the gateway asks auth.v1.CheckSession next time. */
struct status cache_session_forget(struct cache_sync *cache, struct uuid tenant,
				   struct uuid session);
/*
 * May the tenant act?  Its mark has no end: it is taken away when the tenant may act again.
 */
struct status cache_standing_put(struct cache_sync *cache, struct uuid tenant, bool may_act);
/* What the gateway would see. */
struct status cache_standing_get(struct cache_sync *cache, struct uuid tenant, bool *may_not_act);
/* What the gateway would see; epoch is 0 unless ALIVE. */
struct status cache_session_get(struct cache_sync *cache, struct uuid tenant, struct uuid session,
				enum cache_session *state, uint64_t *epoch);
