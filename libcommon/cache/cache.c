/*
 * The pipelined connection of one loop over hiredis's async context.  The
 * context frees itself on errors; its cleanup hook is the one place that
 * forgets it.  It must never be touched from another thread.
 */
#include "cache/cache.h"

#include <errno.h>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cache/script.h"
#include "cache/url.h"

#define DEFAULT_TIMEOUT_MS 250
#define CONNECT_TIMEOUT	   SECONDS(1)
#define BACKOFF_FIRST	   MILLIS(50)
#define BACKOFF_MAX	   SECONDS(2)
#define SHA_TEXT	   41

/* One cache_check: one or two scripts whose answers become one verdict. */
struct question {
	struct question *next;
	struct cache *cache;
	struct cache_check check;
	struct cache_verdict verdict;
	cache_check_fn done;
	void *arg;
	instant asked_at;
	int pending;
	bool again_tenant; /* NOSCRIPT was answered by EVAL once */
	bool again_address;
};

struct cache {
	struct cache_url url;
	char *password;
	instant timeout;
	struct cache_loop loop;
	redisAsyncContext *ac;
	bool up;
	bool want_write;
	bool watching_write;
	bool told_down;
	char sha[SHA_TEXT];
	instant connect_started;
	instant retry_at;
	instant backoff;
	struct question *oldest;
	struct question **newest;
	struct question *spare;
};

static const struct cache_verdict unknown = {
	.status = {STATUS_UNAVAILABLE, "CACHE_DOWN"},
};

static struct question *question_take(struct cache *cache)
{
	struct question *q = cache->spare;

	if (q)
		cache->spare = q->next;
	else
		q = malloc(sizeof *q);
	if (!q)
		abort();
	return q;
}

/* Answers are in order, so the finished question is nearly always the oldest. */
static void question_unlink(struct cache *cache, struct question *q)
{
	struct question **at = &cache->oldest;

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	if (cache->newest == &q->next)
		cache->newest = at;
}

static void question_finish(struct question *q)
{
	struct cache *cache = q->cache;
	struct cache_verdict verdict = is_ok(q->verdict.status) ? q->verdict : unknown;

	question_unlink(cache, q);
	q->done(q->arg, &verdict);
	q->next = cache->spare;
	cache->spare = q;
}

static bool is_nearer(const struct cache_verdict *verdict, uint32_t burst, uint32_t remaining)
{
	return verdict->limit == 0 ||
	       (uint64_t)remaining * verdict->limit < (uint64_t)verdict->remaining * burst;
}

static uint32_t us_to_ms(long long us)
{
	long long ms = us <= 0 ? 0 : (us + 999) / 1000;

	return ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

/* Takes the limit part of an answer into the verdict. */
static void take_limit(struct cache_verdict *verdict, const struct cache_rate *rate,
		       redisReply *const *part, bool allowed)
{
	int64_t interval = cache_rate_interval_us(rate);
	uint32_t remaining = (uint32_t)(part[4]->integer / interval);

	if (allowed && !is_nearer(verdict, rate->burst, remaining))
		return;
	if (!allowed && !verdict->allowed && us_to_ms(part[6]->integer) <= verdict->retry_ms)
		return;
	verdict->limit = rate->burst;
	verdict->window_s = cache_rate_window_s(rate);
	verdict->remaining = remaining;
	verdict->reset_ms = us_to_ms(part[5]->integer);
	verdict->retry_ms = us_to_ms(part[6]->integer);
}

static void take_answer(struct question *q, const redisReply *reply, bool address)
{
	struct cache_verdict *verdict = &q->verdict;
	redisReply *const *part = reply->element;
	const struct cache_rate *rate;
	long long which;
	bool allowed;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 7 ||
	    part[1]->type != REDIS_REPLY_STRING) {
		verdict->status = unknown.status;
		return;
	}
	if (!address) {
		verdict->session = (enum cache_session)part[0]->integer;
		verdict->epoch = strtoull(part[1]->str, NULL, 10);
	}
	which = part[3]->integer;
	allowed = part[2]->integer == 1;
	if (which >= 1 && which <= CACHE_LIMITS_MAX) {
		rate = address ? &q->check.address.rate : &q->check.limits[which - 1].rate;
		if (!allowed || verdict->allowed)
			take_limit(verdict, rate, part, allowed);
	}
	if (!allowed)
		verdict->allowed = false;
}

static void on_tenant(redisAsyncContext *ac, void *reply, void *arg);
static void on_address(redisAsyncContext *ac, void *reply, void *arg);

static bool send_script(struct question *q, bool address, const char *sha)
{
	struct script_call call;

	if (address)
		script_call_address(&call, &q->check, sha);
	else
		script_call_tenant(&call, &q->check, sha);
	return redisAsyncCommandArgv(q->cache->ac, address ? on_address : on_tenant, q, call.argc,
				     call.argv, call.lengths) == REDIS_OK;
}

static void on_answer(struct question *q, redisReply *reply, bool address)
{
	bool *again = address ? &q->again_address : &q->again_tenant;

	if (!reply) {
		q->cache->up = false;
		q->verdict.status = unknown.status;
	} else if (reply->type == REDIS_REPLY_ERROR) {
		if (!*again && strncmp(reply->str, "NOSCRIPT", 8) == 0) {
			*again = true;
			if (send_script(q, address, NULL))
				return;
		}
		q->verdict.status = unknown.status;
		log_warn("redis refused the script", KV("error", reply->str));
	} else {
		take_answer(q, reply, address);
	}
	if (--q->pending == 0)
		question_finish(q);
}

static void on_tenant(redisAsyncContext *ac, void *reply, void *arg)
{
	(void)ac;
	on_answer(arg, reply, false);
}

static void on_address(redisAsyncContext *ac, void *reply, void *arg)
{
	(void)ac;
	on_answer(arg, reply, true);
}

struct status cache_check(struct cache *cache, const struct cache_check *check, cache_check_fn done,
			  void *arg)
{
	bool tenant = check->with_session || check->n_limits;
	struct question *q;

	if (!cache->up || !cache->ac)
		return unknown.status;
	q = question_take(cache);
	*q = (struct question){
		.cache = cache,
		.check = *check,
		.verdict = {.allowed = true},
		.done = done,
		.arg = arg,
		.asked_at = instant_monotonic(),
	};
	q->pending = (tenant && send_script(q, false, cache->sha)) +
		     (check->with_address && send_script(q, true, cache->sha));
	if (q->pending == 0) {
		q->next = cache->spare;
		cache->spare = q;
		return unknown.status;
	}
	*cache->newest = q;
	cache->newest = &q->next;
	return OK;
}

static void hook_add_read(void *arg)
{
	(void)arg;
}

static void hook_add_write(void *arg)
{
	((struct cache *)arg)->want_write = true;
}

static void hook_del_write(void *arg)
{
	((struct cache *)arg)->want_write = false;
}

/* Told once, not at every attempt. */
static void back_off(struct cache *cache, instant now)
{
	cache->retry_at = now + cache->backoff;
	cache->backoff = cache->backoff * 2 > BACKOFF_MAX ? BACKOFF_MAX : cache->backoff * 2;
	if (!cache->told_down)
		log_warn("redis is away, limits are kept locally");
	cache->told_down = true;
}

static void hook_cleanup(void *arg)
{
	struct cache *cache = arg;

	if (!cache->ac)
		return;
	cache->loop.unwatch(cache->loop.arg, cache->ac->c.fd);
	cache->ac = NULL;
	cache->up = false;
	cache->want_write = false;
	cache->watching_write = false;
	back_off(cache, instant_monotonic());
}

static void on_script_loaded(redisAsyncContext *ac, void *answer, void *arg)
{
	struct cache *cache = arg;
	redisReply *reply = answer;

	if (!reply)
		return;
	if (reply->type != REDIS_REPLY_STRING || reply->len != SHA_TEXT - 1) {
		log_warn("redis does not take the script", KV("error", reply->str));
		redisAsyncFree(ac);
		return;
	}
	memcpy(cache->sha, reply->str, SHA_TEXT);
	cache->up = true;
	cache->backoff = BACKOFF_FIRST;
	if (cache->told_down)
		log_info("redis is back");
	cache->told_down = false;
}

static void connect_now(struct cache *cache, instant now)
{
	const struct cache_url *url = &cache->url;
	redisAsyncContext *ac = url->is_unix ? redisAsyncConnectUnix(url->host)
					     : redisAsyncConnect(url->host, url->port);

	cache->connect_started = now;
	if (!ac || ac->err) {
		if (ac)
			redisAsyncFree(ac);
		back_off(cache, now);
		return;
	}
	cache->ac = ac;
	ac->ev.data = cache;
	ac->ev.addRead = hook_add_read;
	ac->ev.delRead = hook_add_read;
	ac->ev.addWrite = hook_add_write;
	ac->ev.delWrite = hook_del_write;
	ac->ev.cleanup = hook_cleanup;
	cache->watching_write = true;
	cache->loop.watch(cache->loop.arg, ac->c.fd, true);
	if (cache->password)
		redisAsyncCommand(ac, NULL, NULL, "AUTH %s", cache->password);
	redisAsyncCommand(ac, on_script_loaded, cache, "SCRIPT LOAD %s", cache_script);
}

struct status cache_new(const struct cache_config *config, const struct cache_loop *loop,
			struct cache **out)
{
	struct cache_url url;
	struct cache *cache;

	TRY(cache_url_parse(config->url, &url));
	cache = calloc(1, sizeof *cache);
	if (!cache)
		abort();
	cache->url = url;
	cache->password = config->password ? strdup(config->password) : NULL;
	cache->timeout = MILLIS(config->timeout_ms ? config->timeout_ms : DEFAULT_TIMEOUT_MS);
	cache->loop = *loop;
	cache->newest = &cache->oldest;
	cache->backoff = BACKOFF_FIRST;
	connect_now(cache, instant_monotonic());
	*out = cache;
	return OK;
}

void cache_free(struct cache **cache)
{
	struct question *q;

	if (!*cache)
		return;
	(*cache)->up = false;
	(*cache)->told_down = true;
	if ((*cache)->ac)
		redisAsyncFree((*cache)->ac);
	while ((q = (*cache)->spare)) {
		(*cache)->spare = q->next;
		free(q);
	}
	if ((*cache)->password) {
		explicit_bzero((*cache)->password, strlen((*cache)->password));
		free((*cache)->password);
	}
	free(*cache);
	*cache = NULL;
}

void cache_flush(struct cache *cache)
{
	if (!cache->ac || !cache->want_write)
		return;
	redisAsyncHandleWrite(cache->ac);
	if (cache->ac && cache->want_write != cache->watching_write) {
		cache->watching_write = cache->want_write;
		cache->loop.watch(cache->loop.arg, cache->ac->c.fd, cache->watching_write);
	}
}

void cache_on_ready(struct cache *cache, bool readable, bool writable)
{
	if (writable && cache->ac) {
		if (cache->want_write)
			cache_flush(cache);
		else
			redisAsyncHandleWrite(cache->ac);
	}
	if (readable && cache->ac)
		redisAsyncHandleRead(cache->ac);
	if (cache->ac && cache->watching_write && !cache->want_write) {
		cache->watching_write = false;
		cache->loop.watch(cache->loop.arg, cache->ac->c.fd, false);
	}
}

void cache_tick(struct cache *cache, instant now)
{
	bool late = cache->oldest && now - cache->oldest->asked_at > cache->timeout;
	bool stuck = !cache->up && now - cache->connect_started > CONNECT_TIMEOUT;

	if (cache->ac && (late || stuck)) {
		cache->up = false;
		redisAsyncFree(cache->ac);
	}
	if (!cache->ac && now >= cache->retry_at)
		connect_now(cache, now);
}

bool cache_is_up(const struct cache *cache)
{
	return cache->up;
}
