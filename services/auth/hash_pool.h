#pragma once

/*
 * Where passwords are hashed: a few threads at the lowest priority, so that a
 * storm of sign-ins slows down sign-ins and nothing else.  Who may ask is decided before
 * (admission.h).  Waiting work is served fairly: each key (an organization, a network)
 * gets its turn, however much another has queued.
 */
#include <stdint.h>

struct hash_pool;

/* half the cores, at least one */
unsigned hash_pool_default_threads(void);

/* Starts the threads; aborts when the system refuses them. */
struct hash_pool *hash_pool_new(unsigned threads);
/* Nobody may wait for work any more.  NULL is fine. */
void hash_pool_free(struct hash_pool **pool);

/* Runs work(arg) on a thread of the pool and waits for it. */
void hash_pool_run(struct hash_pool *pool, uint64_t key, void (*work)(void *arg), void *arg);

/* Work that waits for a thread. */
unsigned hash_pool_waiting(struct hash_pool *pool);

/* How much work was done since the start: the tests compare kinds of calls by it. */
uint64_t hash_pool_done(struct hash_pool *pool);
