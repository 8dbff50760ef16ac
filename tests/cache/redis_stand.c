#include "cache/redis_stand.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

struct redis_server server;
struct cache *cache;
struct cache_sync *records;
const struct uuid tenant = {.bytes = {1}}, session = {.bytes = {2}};
const struct uuid ann = {.bytes = {3}}, bob = {.bytes = {4}};

static int epoll_fd;

static void watch(void *arg, int fd, bool writable)
{
	struct epoll_event event = {.events = EPOLLIN | (writable ? EPOLLOUT : 0u), .data.fd = fd};

	(void)arg;
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		cr_assert_eq(epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &event), 0);
}

static void unwatch(void *arg, int fd)
{
	(void)arg;
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

void turn(void)
{
	struct epoll_event event;

	cache_flush(cache);
	if (epoll_wait(epoll_fd, &event, 1, 10) == 1)
		cache_on_ready(cache, event.events & (EPOLLIN | EPOLLHUP | EPOLLERR),
			       event.events & EPOLLOUT);
	cache_tick(cache, instant_monotonic());
}

void wait_until_up(bool up)
{
	instant give_up = instant_monotonic() + SECONDS(10);

	while (cache_is_up(cache) != up) {
		cr_assert_lt(instant_monotonic(), give_up);
		turn();
	}
}

void redis_stand_up(void)
{
	struct cache_config config = {.timeout_ms = 1000};
	struct cache_loop loop = {.watch = watch, .unwatch = unwatch};

	signal(SIGPIPE, SIG_IGN);
	redis_server_start(&server);
	config.url = server.url;
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	cr_assert(is_ok(cache_new(&config, &loop, &cache)));
	cr_assert(is_ok(cache_sync_new(&config, &records)));
	wait_until_up(true);
}

void redis_stand_down(void)
{
	cache_free(&cache);
	cache_sync_free(&records);
	close(epoll_fd);
	redis_server_stop(&server);
}

void take(void *arg, const struct cache_verdict *verdict)
{
	struct answer *answer = arg;

	answer->n++;
	answer->allowed += verdict->allowed;
	answer->last = *verdict;
}

void wait_for(const struct answer *answer, int n)
{
	instant give_up = instant_monotonic() + SECONDS(10);

	while (answer->n < n) {
		cr_assert_lt(instant_monotonic(), give_up);
		turn();
	}
}

struct cache_verdict ask(const struct cache_check *check)
{
	struct answer answer = {};

	cr_assert(is_ok(cache_check(cache, check, take, &answer)));
	wait_for(&answer, 1);
	return answer.last;
}

struct cache_limit a_limit(struct uuid who, enum class class, struct cache_rate rate)
{
	return (struct cache_limit){.who = who, .class = class, .rate = rate};
}

struct cache_limit all(struct cache_rate rate)
{
	return (struct cache_limit){.everyone = true, .rate = rate};
}

struct cache_address_limit an_address(const char *text, struct cache_rate rate)
{
	struct cache_address_limit limit = {.class = READ, .rate = rate};

	snprintf(limit.address, sizeof limit.address, "%s", text);
	return limit;
}

long redis_number(const char *command)
{
	char line[256], digits[32] = "";
	FILE *out;

	snprintf(line, sizeof line, "redis-cli -s %s %s | tr -cd 0-9", server.url + strlen("unix:"),
		 command);
	out = popen(line, "r");
	cr_assert_not_null(out);
	cr_assert_not_null(fgets(digits, sizeof digits, out), "%s", line);
	pclose(out);
	return strtol(digits, NULL, 10);
}

const struct cache_rate ten = {.per_minute = 1, .burst = 10, .cost = 1};

struct cache_check a_check(struct uuid who, enum class class)
{
	return (struct cache_check){
		.with_session = true,
		.tenant = tenant,
		.session = session,
		.n_limits = 1,
		.limits = {a_limit(who, class, ten)},
	};
}

void ask_often(const struct cache_check *check, int n, struct answer *answer)
{
	for (int i = 0; i < n; i++)
		cr_assert(is_ok(cache_check(cache, check, take, answer)));
}

long scripts_run(void)
{
	return redis_number("info commandstats | grep -oE 'cmdstat_evalsha:calls=[0-9]+'");
}

void expect_same_verdict(const struct cache_verdict *told, const struct cache_verdict *alone, int i)
{
	cr_assert_eq(told->allowed, alone->allowed, "call %d", i);
	cr_assert_eq(told->limit, alone->limit, "call %d", i);
	cr_assert_eq(told->window_s, alone->window_s, "call %d", i);
	cr_assert_eq(told->remaining, alone->remaining, "call %d", i);
	cr_assert_eq(told->reset_ms, alone->reset_ms, "call %d", i);
	cr_assert_eq(told->retry_ms, alone->retry_ms, "call %d", i);
}
