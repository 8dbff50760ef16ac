#include "auth/hash_pool.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/instant.h"

static atomic_int order_n;
static int order[16];
static atomic_bool gate_open;
static atomic_int started;

static void hold(void *arg)
{
	(void)arg;
	atomic_fetch_add(&started, 1);
	while (!atomic_load(&gate_open))
		sched_yield();
}

static void note(void *arg)
{
	order[atomic_fetch_add(&order_n, 1)] = *(int *)arg;
}

struct asker {
	pthread_t thread;
	struct hash_pool *pool;
	uint64_t key;
	int mark;
};

static void *ask(void *arg)
{
	struct asker *asker = arg;

	hash_pool_run(asker->pool, asker->key, asker->mark ? note : hold, &asker->mark);
	return NULL;
}

static void wait_for(atomic_int *value, int wanted)
{
	instant end = instant_monotonic() + SECONDS(10);

	while (atomic_load(value) < wanted) {
		cr_assert(instant_monotonic() < end);
		sched_yield();
	}
}

/* Threads asleep in hash_pool_run() have queued their work. */
static void queue(struct asker *asker)
{
	cr_assert(pthread_create(&asker->thread, NULL, ask, asker) == 0);
}

static void read_priority(void *arg)
{
	*(int *)arg = getpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid));
}

Test(hash_pool, work_is_done_at_the_lowest_priority)
{
	struct hash_pool *pool = hash_pool_new(1);
	int priority = -1;

	hash_pool_run(pool, 0, read_priority, &priority);
	cr_assert_eq(priority, 19);
	cr_assert_eq(hash_pool_done(pool), 1);
	hash_pool_free(&pool);
}

Test(hash_pool, who_queues_much_does_not_delay_who_queues_little)
{
	struct hash_pool *pool = hash_pool_new(1);
	struct asker holder = {.pool = pool}, greedy[5],
		     modest = {.pool = pool, .key = 2, .mark = 9};
	int at = -1;

	queue(&holder);
	wait_for(&started, 1);
	for (int i = 0; i < 5; i++) {
		greedy[i] = (struct asker){.pool = pool, .key = 1, .mark = 1};
		queue(&greedy[i]);
		while (hash_pool_waiting(pool) < (unsigned)i + 1)
			sched_yield();
	}
	queue(&modest);
	while (hash_pool_waiting(pool) < 6)
		sched_yield();
	atomic_store(&gate_open, true);
	pthread_join(holder.thread, NULL);
	for (int i = 0; i < 5; i++)
		pthread_join(greedy[i].thread, NULL);
	pthread_join(modest.thread, NULL);
	for (int i = 0; i < 6; i++)
		if (order[i] == 9)
			at = i;
	cr_assert(at == 0 || at == 1, "served as number %d", at + 1);
	hash_pool_free(&pool);
}
