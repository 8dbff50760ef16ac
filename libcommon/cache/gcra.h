#pragma once

/*
 * The arithmetic of limits, and the limit without Redis: a bounded table in this
 * process.  The gateway uses it while Redis is away.  The least
 * recently used of a few neighbouring buckets gives way when the table is full,
 * so an attacker with many addresses costs others a fresh bucket, never memory.
 * Not thread-safe: one per loop.
 */
#include "base/instant.h"
#include "cache/check.h"

struct gcra_result {
	bool allowed;
	uint32_t remaining;
	uint32_t reset_ms;
	uint32_t retry_ms;
};

/* One step of one bucket: *tat is its theoretical arrival time in µs, 0 when new. */
struct gcra_result gcra_step(instant *tat, instant now, const struct cache_rate *rate);

/* Buckets that a call pays all or none of. */
struct gcra_buckets {
	size_t n;
	const struct cache_rate *rates[CACHE_LIMITS_MAX + 1];
	instant tats[CACHE_LIMITS_MAX + 1];
};

/*
 * One call: true when every bucket had room and has paid.  The verdict, which
 * already holds what was found elsewhere (`allowed` at first), gets the bucket that
 * refused, of several the one that refuses longest; else the one nearest to refusing.
 */
bool gcra_take(struct gcra_buckets *buckets, instant now, struct cache_verdict *verdict);

struct gcra_table;

/* n_buckets is rounded up to a power of two. */
struct gcra_table *gcra_table_new(size_t n_buckets);
void gcra_table_free(struct gcra_table **table);

/*
 * Asks the limits of the check (never its session) and takes from all of them
 * or from none.  Fills the verdict with status OK and CACHE_SESSION_UNASKED.
 */
void gcra_table_check(struct gcra_table *table, const struct cache_check *check, instant now,
		      struct cache_verdict *verdict);
/* The same question, and nothing is taken: *verdict says whether a call now would be let in. */
void gcra_table_peek(struct gcra_table *table, const struct cache_check *check, instant now,
		     struct cache_verdict *verdict);
