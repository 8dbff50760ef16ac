#pragma once

/*
 * One question to Redis answers everything the gateway asks about a call: is
 * the session alive, which membership epoch does it have, and is the call
 * within its limits.  Limits are GCRA (generic cell rate algorithm): one key,
 * one number, exact bursts.
 *
 * Keys: {tenant}:sess:<sid> holds "<epoch>" while the session lives and "-"
 * when it was ended; {tenant}:rl:<who>:<class> holds a theoretical arrival
 * time in µs.  All keys of one script share the tag; the address limit has its
 * own tag {addr} and travels in the same pipeline.  A question holds the parts of
 * its keys and no text, so that telling whether two are the same costs little.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/uuid.h"

/* burst units at once, then `per_minute` units a minute; a call costs `cost` units. */
struct cache_rate {
	uint32_t per_minute;
	uint32_t burst;
	uint32_t cost;
};

/* Microseconds between two tokens, at least one: a bucket that costs nothing has no end. */
static inline int64_t cache_rate_interval_us(const struct cache_rate *rate)
{
	int64_t us = rate->per_minute ? 60000000 / (int64_t)rate->per_minute : 60000000;

	return us ? us : 1;
}

/* Seconds in which a whole burst becomes available again. */
static inline uint32_t cache_rate_window_s(const struct cache_rate *rate)
{
	uint64_t seconds = rate->per_minute ? ((uint64_t)rate->burst * 60 + rate->per_minute - 1) /
						      rate->per_minute
					    : 0;

	return seconds ? (uint32_t)seconds : 1;
}

#define CACHE_LIMITS_MAX   2
#define CACHE_ADDRESS_TEXT 52 /* of a network, see base/ip.h */

/* The bucket of one principal and class of method (from 0 on), or of a whole tenant. */
struct cache_limit {
	struct uuid who;
	int class;
	bool everyone; /* of the tenant; who and class do not count */
	struct cache_rate rate;
};

struct cache_address_limit {
	char address[CACHE_ADDRESS_TEXT];
	int class;
	struct cache_rate rate;
};

struct cache_check {
	bool with_session;
	bool with_address;
	struct uuid tenant; /* tag of session and limits; may be nil */
	struct uuid session;
	size_t n_limits;
	struct cache_limit limits[CACHE_LIMITS_MAX];
	struct cache_address_limit address;
};

/* Would both read and write the same keys by the same rates? */
bool cache_check_is_same(const struct cache_check *a, const struct cache_check *b);
/* The same for questions that are the same. */
uint64_t cache_check_hash(const struct cache_check *check);

enum cache_session {
	CACHE_SESSION_UNASKED,
	CACHE_SESSION_ALIVE,
	CACHE_SESSION_ENDED,
	CACHE_SESSION_MISSING, /* Redis does not know: ask auth.v1.CheckSession */
};

struct cache_verdict {
	struct status status; /* UNAVAILABLE/CACHE_DOWN: nothing below is known */
	enum cache_session session;
	uint64_t epoch;
	bool allowed;
	/* Of the limit that refused, else of the one nearest to refusing; limit 0: none asked. */
	uint32_t limit;	   /* units at once */
	uint32_t window_s; /* in which that many become available again */
	uint32_t remaining;
	uint32_t reset_ms; /* until the bucket is full again */
	uint32_t retry_ms; /* when refused: until the same call would pass */
};
