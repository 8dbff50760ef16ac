/*
 * The pipelined connection of one loop over hiredis's async context.  The
 * context frees itself on errors; its cleanup hook is the one place that
 * forgets it.  It must never be touched from another thread.
 */
#include "cache/cache.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cache/question.h"
#include "cache/script.h"

#define DEFAULT_TIMEOUT_MS 250
#define CONNECT_TIMEOUT	   SECONDS(1)
#define BACKOFF_FIRST	   MILLIS(50)
#define BACKOFF_MAX	   SECONDS(2)
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
	if (reply->type != REDIS_REPLY_STRING || reply->len != CACHE_SHA_TEXT - 1) {
		log_warn("redis does not take the script", KV("error", reply->str));
		redisAsyncFree(ac);
		return;
	}
	memcpy(cache->sha, reply->str, CACHE_SHA_TEXT);
	cache->up = true;
	cache->backoff = BACKOFF_FIRST;
	if (cache->told_down)
		log_info("redis is back");
	cache->told_down = false;
}

static void on_logged_in(redisAsyncContext *ac, void *answer, void *arg)
{
	const redisReply *reply = answer;

	(void)arg;
	if (!reply || reply->type != REDIS_REPLY_ERROR)
		return;
	log_warn("redis refuses the password", KV("error", reply->str));
	redisAsyncFree(ac);
}

static void log_in(struct cache *cache)
{
	char buf[PASSWORD_FILE_TEXT];
	const char *argv[3];
	int argc = cache_login_words(&cache->login, buf, argv);

	if (argc)
		redisAsyncCommandArgv(cache->ac, on_logged_in, NULL, argc, argv, NULL);
	explicit_bzero(buf, sizeof buf);
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
	log_in(cache);
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
	cache_login_init(&cache->login, config);
	cache->timeout = MILLIS(config->timeout_ms ? config->timeout_ms : DEFAULT_TIMEOUT_MS);
	cache->loop = *loop;
	questions_init(&cache->questions);
	cache->backoff = BACKOFF_FIRST;
	connect_now(cache, instant_monotonic());
	*out = cache;
	return OK;
}

void cache_free(struct cache **cache)
{
	if (!*cache)
		return;
	(*cache)->up = false;
	(*cache)->told_down = true;
	if ((*cache)->ac)
		redisAsyncFree((*cache)->ac);
	questions_fini(*cache);
	cache_login_fini(&(*cache)->login);
	free(*cache);
	*cache = NULL;
}

static void write_out(struct cache *cache)
{
	if (!cache->ac || !cache->want_write)
		return;
	redisAsyncHandleWrite(cache->ac);
	if (cache->ac && cache->want_write != cache->watching_write) {
		cache->watching_write = cache->want_write;
		cache->loop.watch(cache->loop.arg, cache->ac->c.fd, cache->watching_write);
	}
}

void cache_flush(struct cache *cache)
{
	questions_send(cache);
	write_out(cache);
}

void cache_on_ready(struct cache *cache, bool readable, bool writable)
{
	if (writable && cache->ac) {
		if (cache->want_write)
			write_out(cache);
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
	const struct question *oldest = cache->questions.sent.first;
	bool late = oldest && now - oldest->asked_at > cache->timeout;
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
