#pragma once

/*
 * One event loop with its connection to a Redis of the test's own, driven turn by
 * turn: everything asked between two turns belongs to the same turn.
 */
#include "cache/cache.h"
#include "cache/redis_server.h"
#include "cache/session.h"

extern struct redis_server server;
extern struct cache *cache;
extern struct cache_sync *records;
extern const struct uuid tenant, session, ann, bob;

/* Starts all of it and waits for the connection; stops it again. */
void redis_stand_up(void);
void redis_stand_down(void);

void turn(void);
/* Turns until the connection is as said; fails the test after ten seconds. */
void wait_until_up(bool up);

/* What came back to one asker or to several. */
struct answer {
	int n;
	int allowed;
	struct cache_verdict last;
};

/* A cache_check_fn; arg is a struct answer. */
void take(void *arg, const struct cache_verdict *verdict);
/* Turns until n have come. */
void wait_for(const struct answer *answer, int n);
struct cache_verdict ask(const struct cache_check *check);

enum class { READ, WRITE };

struct cache_limit a_limit(struct uuid who, enum class class, struct cache_rate rate);
struct cache_limit all(struct cache_rate rate);
struct cache_address_limit an_address(const char *text, struct cache_rate rate);

/* The digits in what redis-cli prints for a command, which may go on as a shell pipeline. */
long redis_number(const char *command);
/* Scripts that Redis has run. */
long scripts_run(void);

/* A burst of ten of which no token comes back while a test runs. */
extern const struct cache_rate ten;
/* The session, and ten for this principal and class. */
struct cache_check a_check(struct uuid who, enum class class);
void ask_often(const struct cache_check *check, int n, struct answer *answer);

/* Was the i-th told what it would have been told alone? */
void expect_same_verdict(const struct cache_verdict *told, const struct cache_verdict *alone,
			 int i);
