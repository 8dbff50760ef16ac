/*
 * The pool and the bell under many threads, without a database or a transport:
 * a plain program, so that it runs under ThreadSanitizer too.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/check.h"
#include "svc/background/bell.h"
#include "svc/serve/pool.h"

#define PUSHERS	 4
#define PER_PUSH 20000

struct number {
	struct svc_item item;
	unsigned long value;
};

static _Atomic unsigned long sum;
static _Atomic unsigned long worked;
static _Atomic unsigned long refused;
static _Atomic unsigned started;
static _Atomic unsigned stopped;

static void *start(void *arg, unsigned index)
{
	(void)index;
	started++;
	return arg;
}

static void stop(void *state)
{
	(void)state;
	stopped++;
}

static void add(void *state, struct svc_item *item)
{
	struct number *number = (struct number *)item;

	(void)state;
	sum += number->value;
	worked++;
	free(number);
}

static void refuse(void *state, struct svc_item *item)
{
	(void)state;
	refused++;
	free(item);
}

static struct svc_pool *new_pool(unsigned workers, size_t capacity)
{
	struct svc_pool_options options = {
		.name = "test",
		.workers = workers,
		.capacity = capacity,
		.target = SECONDS(10),
		.interval = SECONDS(10),
		.start = start,
		.stop = stop,
		.work = add,
		.refuse = refuse,
	};

	return svc_pool_new(&options);
}

static bool push(struct svc_pool *pool, unsigned long value)
{
	struct number *number = malloc(sizeof *number);

	CHECK(number);
	*number = (struct number){.value = value};
	if (svc_pool_push(pool, &number->item))
		return true;
	free(number);
	return false;
}

static void *push_many(void *pool)
{
	unsigned long pushed = 0;

	for (unsigned long i = 1; i <= PER_PUSH; i++)
		if (push(pool, i))
			pushed += i;
	return (void *)pushed;
}

/* Whatever was accepted is worked off exactly once, also across the stop. */
static void nothing_is_lost_or_done_twice(void)
{
	struct svc_pool *pool = new_pool(3, 64);
	pthread_t threads[PUSHERS];
	unsigned long expected = 0;

	for (int i = 0; i < PUSHERS; i++)
		CHECK(pthread_create(&threads[i], NULL, push_many, pool) == 0);
	for (int i = 0; i < PUSHERS; i++) {
		void *pushed;

		pthread_join(threads[i], &pushed);
		expected += (unsigned long)pushed;
	}
	svc_pool_stop(&pool);
	CHECK(pool == NULL);
	CHECK(expected > 0 && sum == expected);
	CHECK(started == 3 && stopped == 3);
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static _Atomic unsigned at_gate;

static void wait_at_gate(void *state, struct svc_item *item)
{
	at_gate++;
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	add(state, item);
}

static void poll_until(bool (*is_so)(void))
{
	instant end = instant_monotonic() + SECONDS(20);

	while (!is_so()) {
		CHECK(instant_monotonic() < end);
		sched_yield();
	}
}

static bool one_at_gate(void)
{
	return at_gate == 1;
}

/* One worker is held: the queue takes its capacity and refuses the next. */
static void a_full_queue_refuses(void)
{
	struct svc_pool_options options = {
		.name = "full",
		.workers = 1,
		.capacity = 2,
		.target = SECONDS(10),
		.interval = SECONDS(10),
		.work = wait_at_gate,
		.refuse = refuse,
	};
	struct svc_pool *pool;

	pthread_mutex_lock(&gate);
	pool = svc_pool_new(&options);
	CHECK(push(pool, 1));
	poll_until(one_at_gate);
	CHECK(push(pool, 1) && push(pool, 1));
	CHECK(!push(pool, 1));
	CHECK(svc_pool_depth(pool) == 2 && svc_pool_busy(pool) == 1);
	CHECK(svc_pool_retry_after_ms(pool) >= 100);
	pthread_mutex_unlock(&gate);
	svc_pool_stop(&pool);
}

static void take_a_while(void *state, struct svc_item *item)
{
	instant end = instant_monotonic() + MILLIS(2);

	while (instant_monotonic() < end)
		;
	add(state, item);
}

/* A standing queue: what waited far beyond the target is refused, not served late. */
static void a_standing_queue_sheds(void)
{
	struct svc_pool_options options = {
		.name = "shed",
		.workers = 1,
		.capacity = 1000,
		.target = MILLIS(5),
		.interval = MILLIS(20),
		.work = take_a_while,
		.refuse = refuse,
	};
	struct svc_pool *pool = svc_pool_new(&options);
	unsigned long before = worked;

	refused = 0;
	for (int i = 0; i < 500; i++)
		CHECK(push(pool, 1));
	svc_pool_stop(&pool);
	CHECK(refused > 100);
	CHECK(worked - before + refused == 500);
	CHECK(worked - before >= 5);
}

static struct bell bell;

static void *ring(void *arg)
{
	(void)arg;
	bell_ring(&bell);
	return NULL;
}

static void a_bell_wakes_and_remembers(void)
{
	instant begun = instant_monotonic();
	pthread_t thread;

	bell_init(&bell);
	CHECK(pthread_create(&thread, NULL, ring, NULL) == 0);
	bell_wait(&bell, SECONDS(20));
	pthread_join(thread, NULL);
	bell_ring(&bell);
	bell_wait(&bell, SECONDS(20));
	CHECK(instant_monotonic() - begun < SECONDS(20));
	begun = instant_monotonic();
	bell_wait(&bell, MILLIS(5));
	CHECK(instant_monotonic() - begun >= MILLIS(5));
	bell_fini(&bell);
}

int main(void)
{
	nothing_is_lost_or_done_twice();
	a_full_queue_refuses();
	a_standing_queue_sheds();
	a_bell_wakes_and_remembers();
	puts("ok");
	return 0;
}
