#include "svc/serve/pool.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "svc_core/metrics.h"

struct worker {
	struct svc_pool *pool;
	struct worker *next_idle;
	struct svc_item *handed; /* given directly while it slept */
	pthread_cond_t wake;
	pthread_t thread;
	unsigned index;
};

struct svc_pool {
	struct svc_pool_options options;
	pthread_mutex_t lock;
	struct worker *workers;
	struct worker *idle; /* the one that went to sleep last is first */
	struct svc_item *first;
	struct svc_item **last;
	size_t depth;
	unsigned busy;
	bool stopping;
	unsigned started;
	pthread_cond_t all_started;
	/* Controlled delay. */
	instant interval_end;
	instant least_wait; /* in the running interval */
	bool overloaded;
	struct metric *waited;
	struct metric *shed;
	struct metric *full;
	struct metric *depth_gauge;
};

/* Notes the wait of an item that leaves the queue: should it be refused? */
static bool is_late(struct svc_pool *pool, instant waited, instant now)
{
	if (now >= pool->interval_end) {
		pool->overloaded =
			pool->interval_end != 0 && pool->least_wait > pool->options.target;
		pool->interval_end = now + pool->options.interval;
		pool->least_wait = waited;
	} else if (waited < pool->least_wait) {
		pool->least_wait = waited;
	}
	/* One quick item proves that the queue moves again. */
	if (waited <= pool->options.target)
		pool->overloaded = false;
	return pool->overloaded && waited > 2 * pool->options.target;
}

static struct svc_item *take(struct svc_pool *pool)
{
	struct svc_item *item = pool->first;

	pool->first = item->next;
	if (!pool->first)
		pool->last = &pool->first;
	pool->depth--;
	metric_set(pool->depth_gauge, (int64_t)pool->depth);
	return item;
}

/* Sleeps until an item is there; NULL when the pool stops and nothing waits. */
static struct svc_item *wait_for_item(struct worker *worker, bool *late)
{
	struct svc_pool *pool = worker->pool;
	struct svc_item *item = NULL;
	instant now, waited;

	pthread_mutex_lock(&pool->lock);
	if (pool->first) {
		item = take(pool);
	} else if (!pool->stopping) {
		worker->next_idle = pool->idle;
		pool->idle = worker;
		pool->busy--;
		while (!worker->handed && !pool->stopping)
			pthread_cond_wait(&worker->wake, &pool->lock);
		item = worker->handed;
		worker->handed = NULL;
		if (!item)
			pool->busy++;
	}
	now = instant_monotonic();
	waited = item ? now - item->queued_at : 0;
	*late = item && is_late(pool, waited, now);
	pthread_mutex_unlock(&pool->lock);
	if (item)
		metric_observe_us(pool->waited, waited);
	return item;
}

static void note_start(struct svc_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	if (++pool->started == pool->options.workers)
		pthread_cond_signal(&pool->all_started);
	pthread_mutex_unlock(&pool->lock);
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	const struct svc_pool_options *options = &worker->pool->options;
	void *state = options->start ? options->start(options->arg, worker->index) : options->arg;
	struct svc_item *item;
	bool late;

	note_start(worker->pool);
	while ((item = wait_for_item(worker, &late))) {
		if (late) {
			metric_add(worker->pool->shed, 1);
			options->refuse(state, item);
		} else {
			options->work(state, item);
		}
	}
	if (options->stop)
		options->stop(state);
	return NULL;
}

static void start_worker(struct svc_pool *pool, unsigned index)
{
	struct worker *worker = &pool->workers[index];
	char name[16];

	worker->pool = pool;
	worker->index = index;
	pthread_cond_init(&worker->wake, NULL);
	if (pthread_create(&worker->thread, NULL, work, worker) != 0)
		abort();
	snprintf(name, sizeof name, "%.10s-%u", pool->options.name, index % 1000);
	pthread_setname_np(worker->thread, name);
}

struct svc_pool *svc_pool_new(const struct svc_pool_options *options)
{
	struct svc_pool *pool = calloc(1, sizeof *pool);

	if (!pool)
		abort();
	pool->options = *options;
	pool->last = &pool->first;
	pool->busy = options->workers;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->all_started, NULL);
	pool->waited = metrics_histogram("aegis_queue_seconds", "Time calls waited for a worker.",
					 LABEL("pool", options->name));
	pool->shed = metrics_counter("aegis_queue_shed_total", "Calls refused for waiting long.",
				     LABEL("pool", options->name));
	pool->full = metrics_counter("aegis_queue_full_total", "Calls refused by a full queue.",
				     LABEL("pool", options->name));
	pool->depth_gauge = metrics_gauge("aegis_queue_depth", "Calls waiting for a worker.",
					  LABEL("pool", options->name));
	pool->workers = calloc(options->workers, sizeof pool->workers[0]);
	if (!pool->workers)
		abort();
	for (unsigned i = 0; i < options->workers; i++)
		start_worker(pool, i);
	pthread_mutex_lock(&pool->lock);
	while (pool->started < options->workers)
		pthread_cond_wait(&pool->all_started, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
	return pool;
}

bool svc_pool_push(struct svc_pool *pool, struct svc_item *item)
{
	struct worker *worker;
	bool taken;

	item->next = NULL;
	item->queued_at = instant_monotonic();
	pthread_mutex_lock(&pool->lock);
	worker = pool->idle;
	taken = !pool->stopping && (worker || pool->depth < pool->options.capacity);
	if (taken && worker) {
		pool->idle = worker->next_idle;
		pool->busy++;
		worker->handed = item;
		pthread_cond_signal(&worker->wake);
	} else if (taken) {
		*pool->last = item;
		pool->last = &item->next;
		pool->depth++;
		metric_set(pool->depth_gauge, (int64_t)pool->depth);
	}
	pthread_mutex_unlock(&pool->lock);
	if (!taken)
		metric_add(pool->full, 1);
	return taken;
}

size_t svc_pool_depth(struct svc_pool *pool)
{
	size_t depth;

	pthread_mutex_lock(&pool->lock);
	depth = pool->depth;
	pthread_mutex_unlock(&pool->lock);
	return depth;
}

unsigned svc_pool_busy(struct svc_pool *pool)
{
	unsigned busy;

	pthread_mutex_lock(&pool->lock);
	busy = pool->busy;
	pthread_mutex_unlock(&pool->lock);
	return busy;
}

unsigned svc_pool_retry_after_ms(struct svc_pool *pool)
{
	/* After one interval the queue has either moved or gone on refusing. */
	instant ms = pool->options.interval / 1000;

	return ms < 100 ? 100 : (unsigned)ms;
}

void svc_pool_stop(struct svc_pool **pool_ref)
{
	struct svc_pool *pool = *pool_ref;

	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stopping = true;
	pool->idle = NULL;
	for (unsigned i = 0; i < pool->options.workers; i++)
		pthread_cond_signal(&pool->workers[i].wake);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->options.workers; i++) {
		pthread_join(pool->workers[i].thread, NULL);
		pthread_cond_destroy(&pool->workers[i].wake);
	}
	pthread_cond_destroy(&pool->all_started);
	pthread_mutex_destroy(&pool->lock);
	free(pool->workers);
	free(pool);
	*pool_ref = NULL;
}
