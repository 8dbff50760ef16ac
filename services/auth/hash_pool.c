#include "auth/hash_pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOWEST_PRIORITY 19
#define THREADS_MAX	64

/* On the stack of who waits for it. */
struct work {
	struct work *next;
	uint64_t key;
	uint64_t turn; /* the least is served first */
	void (*run)(void *arg);
	void *arg;
	bool is_done;
};

struct hash_pool {
	pthread_mutex_t lock;
	pthread_cond_t arrived;
	pthread_cond_t finished;
	struct work *waiting;
	uint64_t turn; /* of the work served last */
	bool stopping;
	_Atomic uint64_t done;
	unsigned n_threads;
	pthread_t threads[THREADS_MAX];
};

unsigned hash_pool_default_threads(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return cores >= 4 ? (unsigned)(cores / 2) : 1;
}

/* Behind the key's own work, but beside everybody else's. */
static uint64_t turn_of(const struct hash_pool *pool, uint64_t key)
{
	uint64_t turn = pool->turn;

	for (const struct work *work = pool->waiting; work; work = work->next)
		if (work->key == key && work->turn > turn)
			turn = work->turn;
	return turn + 1;
}

static struct work *take_next(struct hash_pool *pool)
{
	struct work **best = &pool->waiting, *work;

	for (struct work **at = &pool->waiting; *at; at = &(*at)->next)
		if ((*at)->turn < (*best)->turn)
			best = at;
	work = *best;
	*best = work->next;
	pool->turn = work->turn;
	return work;
}

static void *serve(void *arg)
{
	struct hash_pool *pool = arg;

	/* Linux applies it to the thread; where it is not allowed the work is merely not nice. */
	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), LOWEST_PRIORITY);
	pthread_mutex_lock(&pool->lock);
	for (;;) {
		struct work *work;

		while (!pool->waiting && !pool->stopping)
			pthread_cond_wait(&pool->arrived, &pool->lock);
		if (!pool->waiting)
			break;
		work = take_next(pool);
		pthread_mutex_unlock(&pool->lock);
		work->run(work->arg);
		atomic_fetch_add(&pool->done, 1);
		pthread_mutex_lock(&pool->lock);
		work->is_done = true;
		pthread_cond_broadcast(&pool->finished);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

struct hash_pool *hash_pool_new(unsigned threads)
{
	struct hash_pool *pool = calloc(1, sizeof *pool);

	if (!pool || threads == 0 || threads > THREADS_MAX)
		abort();
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->arrived, NULL);
	pthread_cond_init(&pool->finished, NULL);
	for (; pool->n_threads < threads; pool->n_threads++)
		if (pthread_create(&pool->threads[pool->n_threads], NULL, serve, pool) != 0)
			abort();
	return pool;
}

void hash_pool_free(struct hash_pool **pool)
{
	struct hash_pool *p = *pool;

	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_broadcast(&p->arrived);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->n_threads; i++)
		pthread_join(p->threads[i], NULL);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->arrived);
	pthread_cond_destroy(&p->finished);
	free(p);
	*pool = NULL;
}

void hash_pool_run(struct hash_pool *pool, uint64_t key, void (*run)(void *arg), void *arg)
{
	struct work work = {.key = key, .run = run, .arg = arg};

	pthread_mutex_lock(&pool->lock);
	work.turn = turn_of(pool, key);
	work.next = pool->waiting;
	pool->waiting = &work;
	pthread_cond_signal(&pool->arrived);
	while (!work.is_done)
		pthread_cond_wait(&pool->finished, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
}

unsigned hash_pool_waiting(struct hash_pool *pool)
{
	unsigned n = 0;

	pthread_mutex_lock(&pool->lock);
	for (const struct work *work = pool->waiting; work; work = work->next)
		n++;
	pthread_mutex_unlock(&pool->lock);
	return n;
}

uint64_t hash_pool_done(struct hash_pool *pool)
{
	return atomic_load(&pool->done);
}
