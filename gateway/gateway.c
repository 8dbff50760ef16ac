/* Putting the gateway together, and taking it apart. */
#include "gateway.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/ip.h"
#include "base/log.h"
#include "builtin/docs/docs.h"
#include "builtin/metrics.h"
#include "cache/url.h"
#include "call.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "loop.h"
#include "svc_core/health.h"

#define GATEWAY_ARENA (16u << 20)

/* "a b,c" as words; spaces and commas both part them. */
static size_t split_words(struct arena *arena, const char *text, const struct str **out)
{
	struct str *words = arena_array_of(arena, struct str, strlen(text) / 2 + 1);
	size_t n = 0;

	for (const char *p = text; *p;) {
		size_t skip = strspn(p, " ,\t"), len = strcspn(p + skip, " ,\t");

		if (len)
			words[n++] = (struct str){p + skip, len};
		p += skip + len;
	}
	*out = words;
	return n;
}

static struct status take_proxies(struct gateway *gw)
{
	const struct str *words;
	size_t n = split_words(gw->arena, gw->config->trusted_proxies, &words);
	struct ip_range *ranges = arena_array_of(gw->arena, struct ip_range, n + 1);

	for (size_t i = 0; i < n; i++)
		if (!ip_range_parse(words[i], &ranges[i])) {
			log_error("trusted_proxies holds what is neither an address nor a range",
				  KV("word", words[i]));
			return FAIL(TRUSTED_PROXIES);
		}
	gw->proxies = (struct trusted_proxies){
		.ranges = ranges,
		.n = n,
		.by_forwarded = strcmp(gw->config->forwarded_by, "forwarded") == 0,
	};
	return OK;
}

static const struct rpc_method *method_of(const struct rpc_service *service, const char *name)
{
	for (size_t i = 0; service && i < service->n_methods; i++)
		if (strcmp(service->methods[i].name, name) == 0)
			return &service->methods[i];
	return NULL;
}

static void find_methods(struct gateway *gw)
{
	const struct gw_contract *contract = &gw->contract;

	gw->methods = (struct gw_methods){
		.get_jwks = method_of(contract->auth, "GetJwks"),
		.check_session = method_of(contract->auth, "CheckSession"),
		.check_partner_key = method_of(contract->consumer, "CheckPartnerKey"),
		.use_grant = method_of(contract->tenant, "UseBreakGlassGrant"),
		.check_health = method_of(contract->daemon, "CheckHealth"),
		.get_metrics = method_of(contract->daemon, "GetMetrics"),
	};
}

static struct status build_router(struct gateway *gw)
{
	const char *conflict = NULL;
	struct status st = router_new(gw->arena, gw->contract.routes, gw->contract.n_routes,
				      &gw->router, &conflict);

	if (is_failed(st))
		log_error("two routes answer the same path", KV("pattern", conflict),
			  KV_STATUS(st));
	return st;
}

static struct status open_keys(struct gateway *gw)
{
	TRY(keyring_open(gw->config->secrets_dir, "gateway", &gw->keyring));
	gw->service_key = keyring_newest(gw->keyring, KEY_SERVICE);
	if (gw->service_key)
		return OK;
	log_error("the gateway has no service key: run aegisctl keys init",
		  KV("secrets_dir", gw->config->secrets_dir));
	return FAIL(NO_SERVICE_KEY);
}

static void take_peer(struct gateway *gw, const struct cfg_pair *pair, struct rpc_peer *peer)
{
	const struct str *words;
	size_t n = split_words(gw->arena, pair->value, &words);
	const char **urls = arena_array_of(gw->arena, const char *, n + 1);

	for (size_t i = 0; i < n; i++)
		urls[i] = str_dup(gw->arena, words[i]);
	*peer = (struct rpc_peer){.daemon = pair->key, .urls = urls, .n_urls = n};
}

static struct status connect_peers(struct gateway *gw)
{
	const struct cfg_map *map = &gw->config->peer;
	struct rpc_peer *peers = arena_array_of(gw->arena, struct rpc_peer, map->n + 1);
	const char **names = arena_array_of(gw->arena, const char *, map->n + 1);
	struct rpc_tls tls = {gw->config->tls_ca, gw->config->tls_cert};
	struct rpc_client_config config = {
		.daemon = "gateway",
		.service_key = gw->service_key,
		.secrets_dir = gw->config->secrets_dir,
		.peers = peers,
		.n_peers = map->n,
		.tls = *gw->config->tls_ca ? &tls : NULL,
		.corked = true, /* each turn of a loop flushes */
	};

	for (size_t i = 0; i < map->n; i++) {
		take_peer(gw, &map->items[i], &peers[i]);
		names[i] = map->items[i].key;
	}
	gw->daemons = names;
	gw->n_daemons = map->n;
	return rpc_client_new(&config, &gw->rpc);
}

static bool all_connected(void *arg, const char **why)
{
	const struct gateway *gw = arg;

	for (size_t i = 0; i < gw->n_daemons; i++) {
		if (rpc_client_connected(gw->rpc, gw->daemons[i]))
			continue;
		*why = gw->daemons[i];
		return false;
	}
	return true;
}

static struct edge_config edge_config_of(const struct gateway_config *c)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return (struct edge_config){
		.address = c->http_address,
		.port = (uint16_t)c->http_port,
		.with_private = true,
		.private_address = c->private_address,
		.private_port = (uint16_t)c->private_port,
		.n_loops = (uint32_t)(c->loops	  ? c->loops
				      : cores > 0 ? cores
						  : 1),
		.tls_certificate = *c->https_certificate ? c->https_certificate : NULL,
		.tls_key = c->https_key,
		.limits =
			{
				.head_timeout = MILLIS(c->head_timeout_ms),
				.body_timeout = MILLIS(c->body_timeout_ms),
				.idle_timeout = MILLIS(c->idle_timeout_ms),
				.write_timeout = MILLIS(c->write_timeout_ms),
				.requests_per_conn = (uint32_t)c->requests_per_conn,
				.conns = (uint32_t)c->conns,
				.conns_per_network = (uint32_t)c->conns_per_network,
				.in_flight = (uint32_t)c->in_flight,
				.body_bytes = (size_t)c->body_bytes,
				.body_bytes_per_network = (size_t)c->body_bytes_per_network,
			},
	};
}

static struct status open_edge(struct gateway *gw)
{
	const struct edge_handler handler = {
		.arg = gw,
		.loop_start = gw_loop_start,
		.loop_stop = gw_loop_stop,
		.turn = gw_loop_turn,
		.tick = gw_loop_tick,
		.on_head = gw_on_head,
		.on_request = gw_on_request,
		.on_refused = gw_on_refused,
		.on_done = gw_on_done,
	};
	struct edge_config config = edge_config_of(gw->config);

	return edge_new(&config, &handler, &gw->edge);
}

static void make_etag(struct gateway *gw)
{
	uint8_t digest[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];

	if (!gw->contract.openapi)
		return;
	crypto_sha256(digest, gw->contract.openapi, gw->contract.openapi_len);
	hex_encode(hex, digest, sizeof digest);
	snprintf(gw->openapi_etag, sizeof gw->openapi_etag, "\"%.32s\"", hex);
}

static struct status check_redis(const struct gateway_config *config)
{
	struct cache_url url;
	struct status st = *config->redis ? cache_url_parse(config->redis, &url) : OK;

	if (is_failed(st))
		log_error("the address of Redis cannot be read", KV("redis", config->redis));
	return st;
}

/* Plain HTTP is for a proxy on this host: nobody else may read or change what goes through. */
static struct status check_privacy(const struct gateway_config *config)
{
	static const char *const loopback[] = {"127.0.0.0/8", "::1"};
	struct ip_range range;
	struct in6_addr ip;

	if (*config->https_certificate || !ip_parse(str_of(config->http_address), &ip))
		return OK;
	for (size_t i = 0; i < sizeof loopback / sizeof loopback[0]; i++)
		if (ip_range_parse(str_of(loopback[i]), &range) && ip_range_has(&range, &ip))
			return OK;
	log_error("without https_certificate http_address is one of this host alone, such as "
		  "127.0.0.1",
		  KV("http_address", config->http_address));
	return FAIL(PLAIN_HTTP_IN_PUBLIC);
}

static struct status build(struct gateway *gw)
{
	TRY(check_privacy(gw->config));
	TRY(check_redis(gw->config));
	TRY(build_router(gw));
	TRY(open_keys(gw));
	TRY(open_edge(gw));
	return connect_peers(gw);
}

struct status gateway_new(const struct gateway_config *config, const struct gw_contract *contract,
			  struct gateway **out)
{
	struct arena *arena = arena_new(GATEWAY_ARENA);
	struct gateway *gw = arena_new_of(arena, struct gateway);
	struct status st;

	crypto_init();
	docs_init();
	gw->arena = arena;
	gw->config = config;
	gw->contract = *contract;
	gw->started = instant_now();
	crypto_random(gw->token_mac_key, sizeof gw->token_mac_key);
	gw->n_origins = split_words(arena, config->cors_origins, &gw->origins);
	gw_rates_init(&gw->rates, config->rate_percent);
	find_methods(gw);
	make_etag(gw);
	gw->metrics = gw_metrics_new(gw);
	st = take_proxies(gw);
	if (is_ok(st))
		st = build(gw);
	if (is_failed(st))
		gateway_free(&gw);
	*out = gw;
	return st;
}

void gateway_start(struct gateway *gw)
{
	health_register("daemons", all_connected, gw);
	health_set_state(HEALTH_SERVING);
	edge_start(gw->edge);
	log_info("listening", KV("address", gw->config->http_address),
		 KV("port", (unsigned)edge_port(gw->edge)),
		 KV("private_port", (unsigned)edge_private_port(gw->edge)),
		 KV("https", gw->config->https_certificate[0] != '\0'));
}

void gateway_drain(struct gateway *gw)
{
	health_set_state(HEALTH_DRAINING);
	edge_drain(gw->edge, instant_monotonic() + MILLIS(gw->config->drain_ms));
}

struct close_task {
	struct edge_task task;
	struct edge_loop *loop;
	sem_t done;
};

static void close_loop(struct edge_task *task)
{
	struct close_task *closing = (struct close_task *)task;

	((struct gw_loop *)edge_loop_state(closing->loop))->closed = true;
	sem_post(&closing->done);
}

/* After this no loop sends; each says so itself, on its own thread. */
static void close_loops(struct gateway *gw)
{
	struct edge_loop *loop;

	for (unsigned i = 0; gw->edge && (loop = edge_loop_at(gw->edge, i)); i++) {
		struct close_task closing = {.task.run = close_loop, .loop = loop};

		sem_init(&closing.done, 0, 0);
		edge_post(loop, &closing.task);
		while (sem_wait(&closing.done) < 0)
			;
		sem_destroy(&closing.done);
	}
}

/* The client goes before the loops: its callbacks post to them, and they free its results. */
void gateway_free(struct gateway **gw)
{
	struct arena *arena;

	if (!*gw)
		return;
	close_loops(*gw);
	if ((*gw)->rpc)
		rpc_client_free(&(*gw)->rpc);
	edge_free(&(*gw)->edge);
	keyring_free(&(*gw)->keyring);
	arena = (*gw)->arena;
	arena_free(&arena);
	*gw = NULL;
}
