/* The handler of the edge: what each loop owns, and the access line. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/log.h"
#include "builtin/metrics.h"
#include "call.h"
#include "loop.h"
#include "stage/keys.h"
#include "stage/session_facts.h"
#include "stage/token_cache.h"

#define LOCAL_BUCKETS ((size_t)64 * 1024)
#define SCRATCH_CAP   (1 << 20)

#define REDIS_PASSWORD_PATH 512

static void on_redis(struct edge_source *source, uint32_t events)
{
	struct gw_loop *loop =
		(struct gw_loop *)((char *)source - offsetof(struct gw_loop, cache_source));

	cache_on_ready(loop->cache, events & (EPOLLIN | EPOLLHUP | EPOLLERR), events & EPOLLOUT);
}

static void watch_redis(void *arg, int fd, bool writable)
{
	struct gw_loop *loop = arg;

	edge_loop_watch(loop->edge_loop, &loop->cache_source, fd,
			EPOLLIN | (writable ? EPOLLOUT : 0u));
}

static void unwatch_redis(void *arg, int fd)
{
	struct gw_loop *loop = arg;

	edge_loop_unwatch(loop->edge_loop, fd);
}

static void connect_redis(struct gw_loop *loop)
{
	const struct gateway_config *config = loop->gw->config;
	char file[REDIS_PASSWORD_PATH];
	struct cache_config cache_config = {
		.url = config->redis,
		.user = config->redis_user,
		.password = config->redis_password,
		.password_file = *config->redis_user ? file : NULL,
	};
	struct cache_loop hooks = {.arg = loop, .watch = watch_redis, .unwatch = unwatch_redis};

	snprintf(file, sizeof file, "%s/gateway/redis.password", config->secrets_dir);
	loop->cache_source.ready = on_redis;
	/* The URL was checked at start. */
	if (*config->redis && is_failed(cache_new(&cache_config, &hooks, &loop->cache)))
		abort();
}

void *gw_loop_start(void *arg, struct edge_loop *edge_loop)
{
	struct gateway *gw = arg;
	struct gw_loop *loop = calloc(1, sizeof *loop);

	if (!loop)
		abort();
	loop->gw = gw;
	loop->edge_loop = edge_loop;
	loop->local = gcra_table_new(LOCAL_BUCKETS);
	loop->tokens = token_cache_new(gw->token_mac_key);
	loop->facts = session_facts_new();
	loop->scratch = arena_new(SCRATCH_CAP);
	connect_redis(loop);
	gw_keys_tick(loop, edge_loop_now(edge_loop));
	return loop;
}

void gw_loop_stop(void *arg, void *state)
{
	struct gw_loop *loop = state;

	(void)arg;
	gw_keys_stop(loop);
	cache_free(&loop->cache);
	gcra_table_free(&loop->local);
	token_cache_free(&loop->tokens);
	session_facts_free(&loop->facts);
	arena_free(&loop->scratch);
	free(loop);
}

void gw_loop_turn(void *state)
{
	struct gw_loop *loop = state;

	if (loop->cache)
		cache_flush(loop->cache);
	if (!loop->closed)
		rpc_client_flush(loop->gw->rpc);
	if (arena_used(loop->scratch))
		arena_reset(loop->scratch, false);
}

void gw_loop_tick(void *state, instant now)
{
	struct gw_loop *loop = state;

	if (loop->cache)
		cache_tick(loop->cache, now);
	gw_keys_tick(loop, now);
}

static const char *name_of(const struct gw_call *call)
{
	if (call->route)
		return call->route->pattern;
	return call->builtin ? gw_builtin_name(call->builtin) : "";
}

/* One line for each request: never its query, body, token or any value of it. */
static void write_access_line(const struct gw_call *call, int64_t us)
{
	const struct edge_exchange *x = call->x;
	const struct principal *p = call->principal;
	char tenant[UUID_TEXT] = "", who[UUID_TEXT] = "";

	if (p && p->kind != PRINCIPAL_SESSION) {
		uuid_format(tenant, p->tenant);
		uuid_format(who, p->id);
	}
	LOG_AT(x->status >= 500 ? LOG_WARN : LOG_INFO, "request",
	       KV("http_method", edge_method_name(x->head.method)), KV("route", name_of(call)),
	       KV("status", x->status), KV("reason", reason_name(call->reason)), KV("us", (long)us),
	       KV("bytes_in", (unsigned long)x->body.len),
	       KV("bytes_out", (unsigned long)x->bytes_out), KV("client", call->client.address),
	       KV("principal", p ? principal_kind_name(p->kind) : "anonymous"),
	       KV("principal_id", who), KV("tenant", tenant), KV("request_id", call->request_id));
}

void gw_on_done(void *state, struct edge_exchange *x)
{
	struct gw_call *call = x->state;
	struct gw_loop *loop = state;
	int64_t us = instant_monotonic() - x->started;

	if (!call)
		return;
	gw_metrics_note(loop->gw, call->route, x->status, us);
	if (loop->gw->config->access_log && !x->on_private_port)
		write_access_line(call, us);
	rpc_result_free(&call->result);
	credential_release(&call->credential);
}
