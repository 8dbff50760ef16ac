#include "svc/setup.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "db/conn.h"
#include "rpc/client.h"
#include "rpc/server.h"
#include "rpc/trust.h"
#include "svc/background/bell.h"
#include "svc/background/jobs.h"
#include "svc/background/relay.h"
#include "svc/config.h"
#include "svc/serve/server.h"
#include "svc/standing.h"
#include "svc_core/backoff.h"
#include "svc_core/health.h"

#define DEFAULT_READERS 2
#define DEFAULT_WRITERS 4
#define URLS_MAX	16
#define WRITE_INTERVAL	SECONDS(1)
#define READ_INTERVAL	MILLIS(200)

struct status svc_setup(struct svc *svc, const struct svc_descriptor *descriptor,
			const struct svc_config *config)
{
	crypto_init();
	svc->descriptor = descriptor;
	svc->config = config;
	svc->arena = arena_new(1 << 20);
	svc->started_at = instant_monotonic();
	svc->standing = standing_new();
	svc->access_log = config->access_log;
	TRY(keyring_ensure(config->secrets_dir, descriptor->name, "idempotency", KEY_SECRET));
	for (size_t i = 0; i < descriptor->n_keys; i++)
		TRY(keyring_ensure(config->secrets_dir, descriptor->name,
				   descriptor->keys[i].purpose, descriptor->keys[i].kind));
	TRY(keyring_open(config->secrets_dir, descriptor->name, &svc->keyring));
	TRY(service_keys_open(config->secrets_dir, &svc->service_keys));
	TRY(trust_new(config->secrets_dir, descriptor->name, &svc->trust));
	if (!keyring_newest(svc->keyring, KEY_SERVICE)) {
		log_error("no service key: run aegisctl keys init",
			  KV("secrets_dir", config->secrets_dir));
		return FAIL(NO_SERVICE_KEY);
	}
	svc_build_routes(svc);
	return OK;
}

static struct status open_within(struct db_conn *conn, int64_t wait_ms)
{
	instant end = instant_monotonic() + MILLIS(wait_ms);
	struct bell bell;
	struct status st;

	bell_init(&bell);
	for (unsigned n = 0;; n++) {
		st = db_conn_open(conn);
		if (st.code != STATUS_UNAVAILABLE || instant_monotonic() >= end)
			break;
		bell_wait(&bell, backoff_wait(n, MILLIS(50), SECONDS(1)));
	}
	bell_fini(&bell);
	return st;
}

static struct status check_connection(struct svc *svc, struct db_conn *conn, int64_t wait_ms)
{
	struct db_budget budget;

	TRY(open_within(conn, wait_ms));
	TRY(db_check_isolation(conn));
	TRY(db_check_migrations(conn, svc->descriptor->queries));
	TRY(db_conn_budget(conn, &budget));
	log_info("database connections", KV("max", (long long)budget.max_connections),
		 KV("reserved", (long long)budget.reserved),
		 KV("in_use", (long long)budget.in_use));
	return OK;
}

struct status svc_check_database(struct svc *svc, int64_t wait_ms)
{
	struct db_conn *conn;
	struct status st;

	if (!svc->descriptor->queries)
		return OK;
	if (!*svc->config->db)
		return FAIL(NO_DATABASE_CONFIGURED);
	conn = svc_connect(svc, false);
	st = check_connection(svc, conn, wait_ms);
	db_conn_free(&conn);
	return st;
}

/* "ipc:///a ipc:///b" as an array. */
static size_t split_urls(struct arena *arena, const char *text, const char **urls)
{
	struct str rest = str_of(text);
	size_t n = 0;

	while (rest.len > 0 && n < URLS_MAX) {
		struct str url = str_trim(str_take_until(&rest, ' '));

		if (url.len > 0)
			urls[n++] = str_dup(arena, url);
	}
	return n;
}

static struct rpc_peer peer_of(struct svc *svc, const char *daemon, const char *addresses)
{
	const char **urls = arena_array_of(svc->arena, const char *, URLS_MAX);
	size_t n = split_urls(svc->arena, addresses, urls);

	return (struct rpc_peer){.daemon = daemon, .urls = urls, .n_urls = n};
}

static const struct rpc_tls *tls_of(struct svc *svc)
{
	struct rpc_tls *tls = arena_new_of(svc->arena, struct rpc_tls);

	tls->ca_file = svc->config->tls_ca;
	tls->cert_key_file = svc->config->tls_cert;
	return *svc->config->tls_ca ? tls : NULL;
}

struct status svc_start_client(struct svc *svc)
{
	const struct cfg_map *map = &svc->config->peer;
	struct rpc_peer *peers = arena_array_of(svc->arena, struct rpc_peer, map->n + 1);
	struct rpc_client_config config = {
		.daemon = svc->descriptor->name,
		.service_key = keyring_newest(svc->keyring, KEY_SERVICE),
		.secrets_dir = svc->config->secrets_dir,
		.peers = peers,
		.tls = tls_of(svc),
	};

	/* Our own events come back to us as any subscriber gets them. */
	peers[config.n_peers++] = peer_of(svc, svc->descriptor->name, svc->config->listen);
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->items[i].key, svc->descriptor->name) != 0)
			peers[config.n_peers++] =
				peer_of(svc, map->items[i].key, map->items[i].value);
	return rpc_client_new(&config, &svc->client);
}

static void *start_worker(void *svc, unsigned index)
{
	struct svc_worker *worker = svc_worker_new(svc, false);

	(void)index;
	/* Early, so that the first call need not wait; a failure shows when it is used. */
	if (worker->conn && is_failed(db_conn_open(worker->conn)))
		log_warn("a worker starts without a database");
	return worker;
}

static void stop_worker(void *state)
{
	struct svc_worker *worker = state;

	svc_worker_free(&worker);
}

static unsigned first_set(int64_t a, int64_t b, unsigned otherwise)
{
	return a > 0 ? (unsigned)a : b > 0 ? (unsigned)b : otherwise;
}

static void start_pools(struct svc *svc)
{
	const struct svc_descriptor *d = svc->descriptor;
	const struct svc_config *c = svc->config;
	struct svc_pool_options options = {
		.name = "read",
		.workers = first_set(c->read_conns, d->read_conns, DEFAULT_READERS),
		.capacity = (size_t)c->read_queue,
		.target = MILLIS(c->read_target_ms),
		.interval = READ_INTERVAL,
		.start = start_worker,
		.stop = stop_worker,
		.work = svc_work,
		.refuse = svc_refuse,
		.arg = svc,
	};

	svc->read_pool = svc_pool_new(&options);
	options.name = "write";
	options.workers = first_set(c->write_conns, d->write_conns, DEFAULT_WRITERS);
	options.capacity = (size_t)c->write_queue;
	options.target = MILLIS(c->write_target_ms);
	options.interval = WRITE_INTERVAL;
	svc->write_pool = svc_pool_new(&options);
}

static bool relay_answers(void *arg, const char **why)
{
	struct svc *svc = arg;

	*why = "the database did not answer";
	return relay_is_alive(svc->relay) && scheduler_is_alive(svc->scheduler);
}

static struct status start_server(struct svc *svc)
{
	const char *urls[URLS_MAX];
	struct rpc_server_config config = {
		.urls = urls,
		.n_urls = split_urls(svc->arena, svc->config->listen, urls),
		/* More than may wait, run and be on the way back: the pools refuse first. */
		.max_requests =
			2 * (size_t)(svc->config->read_queue + svc->config->write_queue) + 256,
		.tls = tls_of(svc),
		.trust = svc->trust,
		.on_request = svc_on_request,
		.arg = svc,
	};

	return rpc_server_new(&config, &svc->server);
}

struct status svc_start_serving(struct svc *svc)
{
	start_pools(svc);
	if (svc->descriptor->queries) {
		svc->relay = relay_start(svc);
		svc->scheduler = scheduler_start(svc, (unsigned)svc->config->job_threads);
		health_register("database", relay_answers, svc);
	}
	TRY(start_server(svc));
	health_set_state(HEALTH_SERVING);
	return OK;
}

void svc_stop_serving(struct svc *svc)
{
	health_set_state(HEALTH_DRAINING);
	if (svc->server) {
		rpc_server_drain(svc->server);
		if (!rpc_server_wait_idle(svc->server, (unsigned)svc->config->drain_ms))
			log_warn("calls are cut off",
				 KV("in_flight", rpc_server_in_flight(svc->server)));
	}
	scheduler_stop(&svc->scheduler);
	relay_stop(&svc->relay);
	svc_pool_stop(&svc->read_pool);
	svc_pool_stop(&svc->write_pool);
	if (svc->server)
		rpc_server_free(&svc->server);
}

void svc_teardown(struct svc *svc)
{
	if (svc->client)
		rpc_client_free(&svc->client);
	trust_free(&svc->trust);
	standing_free(&svc->standing);
	service_keys_free(&svc->service_keys);
	keyring_free(&svc->keyring);
	free(svc->routes);
	if (svc->arena)
		arena_free(&svc->arena);
	*svc = (struct svc){};
}
