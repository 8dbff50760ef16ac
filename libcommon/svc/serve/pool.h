#pragma once

/*
 * A bounded queue with its workers.  Items are served in order of arrival, but
 * workers are woken one at a time, last in first out, so that under light load
 * one warm thread (its cache, its database connection) does the work and the
 * others sleep.  The queue refuses when it is full, and sheds what waited too
 * long while it is overloaded: the controlled delay of Nichols and Jacobson
 * (ACM Queue 10(5), 2012) in the form servers use: overloaded means that for a
 * whole interval no item waited less than the target; then whatever waited more
 * than twice the target is refused at once instead of being answered too late.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/instant.h"

struct svc_pool;

/* Embed it as the first member of what is queued. */
struct svc_item {
	struct svc_item *next;
	instant queued_at; /* monotonic */
};

struct svc_pool_options {
	const char *name; /* "read": thread names and metrics */
	unsigned workers;
	size_t capacity; /* items that may wait */
	instant target;
	instant interval;
	/* In the worker's thread, at start and end; the state is handed to work. */
	void *(*start)(void *arg, unsigned index);
	void (*stop)(void *state);
	/* Does the item and disposes of it. */
	void (*work)(void *state, struct svc_item *item);
	/* Answers that the daemon is overloaded, cheaply, and disposes of the item. */
	void (*refuse)(void *state, struct svc_item *item);
	void *arg;
};

/* Starts the workers and waits until each has; aborts when the system refuses threads. */
struct svc_pool *svc_pool_new(const struct svc_pool_options *options);

/*
 * Hands an item over; false when the queue is full or the pool is stopping, and
 * the item stays the caller's.  Never blocks longer than the lock is held.
 */
bool svc_pool_push(struct svc_pool *pool, struct svc_item *item);

/* Items waiting, and workers that are busy. */
size_t svc_pool_depth(struct svc_pool *pool);
unsigned svc_pool_busy(struct svc_pool *pool);

/* How long a refused caller should wait before it asks again. */
unsigned svc_pool_retry_after_ms(struct svc_pool *pool);

/* Refuses new items, works off those that wait, joins the workers; *pool becomes NULL. */
void svc_pool_stop(struct svc_pool **pool);
