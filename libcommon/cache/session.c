/*
 * Session records, written by auth.  An error closes the connection, because
 * hiredis's contexts stay broken and a late answer would be taken for another's.
 */
#include "cache/session.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "base/log.h"
#include "cache/login.h"
#include "cache/script.h"
#include "cache/url.h"

struct cache_sync {
	pthread_mutex_t lock;
	struct cache_url url;
	struct cache_login login;
	struct timeval timeout;
	redisContext *context;
};

static const struct status down = FAIL_AS(REASON_CACHE_DOWN);

static void reply_cleanup(redisReply **reply)
{
	if (*reply)
		freeReplyObject(*reply);
}
#define REPLY __attribute__((cleanup(reply_cleanup))) redisReply *

struct status cache_sync_new(const struct cache_config *config, struct cache_sync **out)
{
	uint32_t timeout_ms = config->timeout_ms ? config->timeout_ms : 1000;
	struct cache_url url;
	struct cache_sync *cache;

	TRY(cache_url_parse(config->url, &url));
	cache = calloc(1, sizeof *cache);
	if (!cache)
		abort();
	pthread_mutex_init(&cache->lock, NULL);
	cache->url = url;
	cache_login_init(&cache->login, config);
	cache->timeout =
		(struct timeval){timeout_ms / 1000, (suseconds_t)(timeout_ms % 1000) * 1000};
	*out = cache;
	return OK;
}

static void disconnect(struct cache_sync *cache)
{
	if (cache->context)
		redisFree(cache->context);
	cache->context = NULL;
}

void cache_sync_free(struct cache_sync **cache)
{
	if (!*cache)
		return;
	disconnect(*cache);
	pthread_mutex_destroy(&(*cache)->lock);
	cache_login_fini(&(*cache)->login);
	free(*cache);
	*cache = NULL;
}

static bool is_good(const redisReply *reply)
{
	return reply && reply->type != REDIS_REPLY_ERROR;
}

static bool authenticate(struct cache_sync *cache)
{
	char buf[PASSWORD_FILE_TEXT];
	const char *argv[3];
	int argc = cache_login_words(&cache->login, buf, argv);
	REPLY reply = NULL;

	if (argc)
		reply = redisCommandArgv(cache->context, argc, argv, NULL);
	explicit_bzero(buf, sizeof buf);
	if (argc && !is_good(reply))
		log_warn("redis refuses the password", KV("error", reply ? reply->str : ""));
	return !argc || is_good(reply);
}

static bool connect_once(struct cache_sync *cache)
{
	const struct cache_url *url = &cache->url;

	cache->context = url->is_unix
				 ? redisConnectUnixWithTimeout(url->host, cache->timeout)
				 : redisConnectWithTimeout(url->host, url->port, cache->timeout);
	if (cache->context && !cache->context->err &&
	    redisSetTimeout(cache->context, cache->timeout) == REDIS_OK && authenticate(cache))
		return true;
	disconnect(cache);
	return false;
}

/* All our commands may be repeated, so a connection that died while idle is replaced once. */
static redisReply *command_locked(struct cache_sync *cache, const char *fmt, va_list args)
{
	for (int attempt = 0; attempt < 2; attempt++) {
		bool fresh = !cache->context;
		redisReply *reply;
		va_list copy;

		if (fresh && !connect_once(cache))
			return NULL;
		va_copy(copy, args);
		reply = redisvCommand(cache->context, fmt, copy);
		va_end(copy);
		if (is_good(reply))
			return reply;
		if (reply)
			freeReplyObject(reply);
		disconnect(cache);
		if (fresh)
			return NULL;
	}
	return NULL;
}

static redisReply *command(struct cache_sync *cache, const char *fmt, ...)
{
	redisReply *reply;
	va_list args;

	va_start(args, fmt);
	pthread_mutex_lock(&cache->lock);
	reply = command_locked(cache, fmt, args);
	pthread_mutex_unlock(&cache->lock);
	va_end(args);
	return reply;
}

struct status cache_sync_ping(struct cache_sync *cache)
{
	REPLY reply = command(cache, "PING");

	return reply ? OK : down;
}

struct status cache_session_put(struct cache_sync *cache, struct uuid tenant, struct uuid session,
				uint64_t epoch, uint32_t ttl_s)
{
	char key[CACHE_KEY_MAX];
	REPLY reply = NULL;

	cache_session_key(key, tenant, session);
	reply = command(cache, "SET %s %llu EX %lld", key, (unsigned long long)epoch,
			(long long)(ttl_s ? ttl_s : 1));
	return reply ? OK : down;
}

struct status cache_session_end(struct cache_sync *cache, struct uuid tenant, struct uuid session,
				uint32_t ttl_s)
{
	char key[CACHE_KEY_MAX];
	REPLY reply = NULL;

	cache_session_key(key, tenant, session);
	reply = command(cache, "SET %s - EX %lld", key, (long long)(ttl_s ? ttl_s : 1));
	return reply ? OK : down;
}

struct status cache_session_forget(struct cache_sync *cache, struct uuid tenant,
				   struct uuid session)
{
	char key[CACHE_KEY_MAX];
	REPLY reply = NULL;

	cache_session_key(key, tenant, session);
	reply = command(cache, "DEL %s", key);
	return reply ? OK : down;
}

struct status cache_standing_put(struct cache_sync *cache, struct uuid tenant, bool may_act)
{
	char key[CACHE_KEY_MAX];
	REPLY reply = NULL;

	cache_standing_key(key, tenant);
	reply = may_act ? command(cache, "DEL %s", key) : command(cache, "SET %s -", key);
	return reply ? OK : down;
}

struct status cache_standing_get(struct cache_sync *cache, struct uuid tenant, bool *may_not_act)
{
	char key[CACHE_KEY_MAX];
	REPLY reply = NULL;

	cache_standing_key(key, tenant);
	reply = command(cache, "GET %s", key);
	if (!reply)
		return down;
	*may_not_act = reply->type == REDIS_REPLY_STRING;
	return OK;
}

struct status cache_session_get(struct cache_sync *cache, struct uuid tenant, struct uuid session,
				enum cache_session *state, uint64_t *epoch)
{
	char key[CACHE_KEY_MAX];
	REPLY reply = NULL;

	cache_session_key(key, tenant, session);
	reply = command(cache, "GET %s", key);
	if (!reply)
		return down;
	*epoch = 0;
	if (reply->type != REDIS_REPLY_STRING) {
		*state = CACHE_SESSION_MISSING;
	} else if (strcmp(reply->str, "-") == 0) {
		*state = CACHE_SESSION_ENDED;
	} else {
		*state = CACHE_SESSION_ALIVE;
		*epoch = strtoull(reply->str, NULL, 10);
	}
	return OK;
}
