/*
 * Redis from many threads, for ThreadSanitizer: event loops with a connection
 * each, as the gateway has them, and daemons' threads that write sessions through
 * one shared connection, while Redis is killed and comes back.  Every question
 * that was taken is answered once, and what an answer says of a session was
 * written at some time.
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cache/cache.h"
#include "cache/redis_server.h"
#include "cache/session.h"
#include "support/check.h"

#define LOOPS	   3
#define WRITERS	   3
#define SESSIONS   16
#define KILLS	   3
#define PER_KILL   4000 /* answers between two strikes */
#define IN_FLIGHT  32
#define TIMEOUT_MS 1000

struct loop {
	struct cache *cache;
	struct pollfd watched; /* fd -1: none */
	unsigned long taken, answered;
	unsigned long seed;
	int in_flight;
};

static struct redis_server server;
static struct cache_sync *records;
static atomic_ulong answers, writes;
static atomic_bool ending;
static const struct uuid tenant = {.bytes = {1}};

static void watch(void *arg, int fd, bool writable)
{
	struct loop *loop = arg;

	loop->watched.fd = fd;
	loop->watched.events = (short)(POLLIN | (writable ? POLLOUT : 0));
}

static void unwatch(void *arg, int fd)
{
	struct loop *loop = arg;

	(void)fd;
	loop->watched.fd = -1;
}

static struct uuid session_of(unsigned long n)
{
	return (struct uuid){.bytes = {2, (uint8_t)(n % SESSIONS)}};
}

static void take(void *arg, const struct cache_verdict *verdict)
{
	struct loop *loop = arg;

	loop->in_flight--;
	loop->answered++;
	if (is_failed(verdict->status))
		return;
	CHECK(verdict->session != CACHE_SESSION_ALIVE || verdict->epoch == 7);
	CHECK(verdict->session == CACHE_SESSION_ENDED || verdict->limit == 1000000);
	atomic_fetch_add(&answers, 1);
}

static void ask(struct loop *loop)
{
	struct cache_check check = {
		.with_session = true,
		.tenant = tenant,
		.session = session_of(loop->seed++),
		.n_limits = 1,
		.limits = {{.rate = {.per_minute = 600000, .burst = 1000000, .cost = 1}}},
		.with_address = true,
		.address = {.address = "192.0.2.7",
			    .rate = {.per_minute = 600000, .burst = 1000000, .cost = 1}},
	};

	if (is_failed(cache_check(loop->cache, &check, take, loop)))
		return;
	loop->in_flight++;
	loop->taken++;
}

static void turn(struct loop *loop, bool asking)
{
	while (asking && cache_is_up(loop->cache) && loop->in_flight < IN_FLIGHT)
		ask(loop);
	cache_flush(loop->cache);
	if (poll(&loop->watched, 1, 10) == 1)
		cache_on_ready(loop->cache, loop->watched.revents & (POLLIN | POLLHUP | POLLERR),
			       loop->watched.revents & POLLOUT);
	cache_tick(loop->cache, instant_monotonic());
}

static void *run_loop(void *arg)
{
	const struct cache_config config = {.url = server.url, .timeout_ms = TIMEOUT_MS};
	struct loop loop = {.watched.fd = -1, .seed = (unsigned long)(uintptr_t)arg};
	const struct cache_loop hooks = {.arg = &loop, .watch = watch, .unwatch = unwatch};

	CHECK(is_ok(cache_new(&config, &hooks, &loop.cache)));
	while (!atomic_load(&ending))
		turn(&loop, true);
	cache_free(&loop.cache);
	CHECK(loop.in_flight == 0 && loop.answered == loop.taken && loop.taken > 0);
	return NULL;
}

static void *write_sessions(void *arg)
{
	unsigned long n = (unsigned long)(uintptr_t)arg;

	for (; !atomic_load(&ending); n++) {
		struct status st =
			n % 3 == 0   ? cache_session_end(records, tenant, session_of(n), 60)
			: n % 3 == 1 ? cache_session_put(records, tenant, session_of(n), 7, 60)
				     : cache_session_forget(records, tenant, session_of(n));
		enum cache_session state;
		uint64_t epoch;

		CHECK(is_ok(st) || st.code == STATUS_UNAVAILABLE);
		if (is_ok(st))
			atomic_fetch_add(&writes, 1);
		st = cache_session_get(records, tenant, session_of(n), &state, &epoch);
		CHECK(is_failed(st) || state != CACHE_SESSION_ALIVE || epoch == 7);
	}
	return NULL;
}

/* Both sides go on. */
static void wait_for_more(void)
{
	unsigned long answers_then = atomic_load(&answers), writes_then = atomic_load(&writes);
	instant end = instant_monotonic() + SECONDS(60);

	while (atomic_load(&answers) < answers_then + PER_KILL ||
	       atomic_load(&writes) < writes_then + PER_KILL / 20) {
		if (instant_monotonic() > end) {
			fprintf(stderr, "%lu answers and %lu writes in a minute\n",
				atomic_load(&answers) - answers_then,
				atomic_load(&writes) - writes_then);
			exit(1);
		}
		usleep(1000);
	}
}

int main(void)
{
	pthread_t threads[LOOPS + WRITERS];
	struct cache_config config = {.timeout_ms = TIMEOUT_MS};

	signal(SIGPIPE, SIG_IGN);
	redis_server_start(&server);
	config.url = server.url;
	CHECK(is_ok(cache_sync_new(&config, &records)));
	for (uintptr_t i = 0; i < LOOPS + WRITERS; i++)
		CHECK(pthread_create(&threads[i], NULL, i < LOOPS ? run_loop : write_sessions,
				     (void *)i) == 0);
	for (int i = 0; i < KILLS; i++) {
		wait_for_more();
		redis_server_kill(&server);
		redis_server_restart(&server);
	}
	wait_for_more();
	atomic_store(&ending, true);
	for (int i = 0; i < LOOPS + WRITERS; i++)
		pthread_join(threads[i], NULL);
	printf("%lu answers, %lu writes\n", atomic_load(&answers), atomic_load(&writes));
	cache_sync_free(&records);
	redis_server_stop(&server);
	return 0;
}
