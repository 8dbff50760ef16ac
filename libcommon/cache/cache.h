#pragma once

/*
 * The asynchronous side of Redis, for event loops: one pipelined connection
 * per loop, owned by the thread that runs it.  Calls that ask the same in one
 * turn of the loop are one question, the questions of a tenant one script
 * (adr-0001-joined-questions.md), and all of a turn leave in one write.  When
 * Redis is away every question is refused at once with UNAVAILABLE and the
 * connection is tried again with back-off; a question that is not answered in
 * time costs the whole connection, for a late answer would be taken for another's.
 * hiredis writes without MSG_NOSIGNAL: a process that uses this or session.h must
 * ignore SIGPIPE.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/status.h"
#include "cache/check.h"

struct cache;

/* The loop that owns the connection. */
struct cache_loop {
	void *arg;
	/* Watch fd for reading and, with `writable`, for writing; called again when that changes.
	 */
	void (*watch)(void *arg, int fd, bool writable);
	void (*unwatch)(void *arg, int fd);
};

struct cache_config {
	const char *url;  /* unix:/run/redis.sock, redis://127.0.0.1:6379 */
	const char *user; /* NULL or "": Redis's default user */
	/* The password itself or, when NULL or "", a file that holds it; both may be missing. */
	const char *password;
	const char *password_file; /* read at every connect */
	uint32_t timeout_ms;	   /* of one answer; 0: 250 */
};

/* Starts to connect.  INVALID_ARGUMENT/CACHE_URL when the URL cannot be read. */
struct status cache_new(const struct cache_config *config, const struct cache_loop *loop,
			struct cache **out);
/* Open questions are answered with UNAVAILABLE first. */
void cache_free(struct cache **cache);

/* Called once with a verdict that lives for the call of it only. */
typedef void (*cache_check_fn)(void *arg, const struct cache_verdict *verdict);

/*
 * Asks, at the end of the turn; the check is copied.  UNAVAILABLE/CACHE_DOWN at once,
 * and done is never called, when there is no connection; else done(arg) is called
 * once, from cache_on_ready, cache_tick, cache_flush or cache_free.
 */
struct status cache_check(struct cache *cache, const struct cache_check *check, cache_check_fn done,
			  void *arg);

/* The fd given to watch() is ready. */
void cache_on_ready(struct cache *cache, bool readable, bool writable);
/* At the end of every turn: sends what was asked in it. */
void cache_flush(struct cache *cache);
/* Gives up late questions and reconnects; at least every 100 ms. */
void cache_tick(struct cache *cache, instant monotonic_now);

bool cache_is_up(const struct cache *cache);
