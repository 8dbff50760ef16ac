/* Starting and stopping daemons inside a test. */
#include "support/svc_test.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "db/conn.h"
#include "rpc/trust.h"
#include "support/svc_test_internal.h"
#include "support/test_db.h"
#include "svc/setup.h"
#include "svc_core/health.h"

struct test_world test_world = {.log_fd = -1};

/* Daemons whose public keys the others must know, started here or not. */
static const char *const known_daemons[] = {"gateway", "audit",	  "notification", "auth",
					    "tenant",  "program", "consumer",	  "compliance"};

/* The log is set up once: the threads of the first daemon use it when another starts. */
void test_world_begin(const char *first)
{
	struct test_world *w = &test_world;

	if (w->arena)
		return;
	crypto_init();
	w->arena = arena_new((size_t)256 * 1024 * 1024);
	strcpy(w->dir, "/tmp/aegis-test-XXXXXX");
	cr_assert(mkdtemp(w->dir), "no directory for the test");
	w->secrets = arena_printf(w->arena, "%s/secrets", w->dir);
	w->log_fd = memfd_create("log", MFD_CLOEXEC);
	cr_assert(w->log_fd >= 0);
	log_init(first, LOG_DEBUG);
	log_set_fd(w->log_fd);
	for (size_t i = 0; i < sizeof known_daemons / sizeof known_daemons[0]; i++)
		cr_assert(is_ok(keyring_ensure_service(w->secrets, known_daemons[i])));
	cr_assert(is_ok(keyring_open(w->secrets, "gateway", &w->gateway)));
	w->conninfo = arena_strdup(w->arena, test_db_conninfo());
	w->nonce = uuid_v7(instant_now());
}

/* Later daemons and their keys become known to those that run. */
static void make_known(const char *name)
{
	struct test_world *w = &test_world;

	cr_assert(is_ok(keyring_ensure_service(w->secrets, name)));
	for (size_t i = 0; i < w->n; i++)
		cr_assert(is_ok(trust_reload(w->daemons[i]->svc.trust)));
}

static const char *socket_of(const char *name)
{
	return arena_printf(test_world.arena, "ipc://%s/%s.sock", test_world.dir, name);
}

/* Every daemon may call every other, started before or after. */
static struct cfg_map all_peers(const char *self)
{
	size_t n = sizeof known_daemons / sizeof known_daemons[0];
	struct cfg_map map = {.items = arena_array_of(test_world.arena, struct cfg_pair, n + 1)};

	for (size_t i = 1; i < n; i++)
		if (strcmp(known_daemons[i], self) != 0)
			map.items[map.n++] =
				(struct cfg_pair){known_daemons[i], socket_of(known_daemons[i])};
	return map;
}

static struct svc_config config_of(const char *name, const struct daemon_options *options)
{
	return (struct svc_config){
		.listen = socket_of(name),
		.peer = all_peers(name),
		.db = test_world.conninfo,
		.redis = arena_printf(test_world.arena, "unix:%s", test_redis_socket()),
		/* As tests/support/servers.sh made the users of Redis. */
		.redis_user = name,
		.redis_password = name,
		.secrets_dir = test_world.secrets,
		.data_dir = test_world.dir,
		.tls_ca = "",
		.tls_cert = "",
		.log_level = "debug",
		.access_log = true,
		.read_conns = options->read_workers ? options->read_workers : 2,
		.write_conns = options->write_workers ? options->write_workers : 2,
		.job_threads = options->job_threads ? options->job_threads : 1,
		.read_queue = options->read_queue ? options->read_queue : 64,
		.write_queue = options->write_queue ? options->write_queue : 64,
		.read_target_ms = 10000,
		.write_target_ms = 10000,
		.drain_ms = 20000,
	};
}

static void must(struct status st, const char *what)
{
	cr_assert(is_ok(st), "%s: %s/%s\n%s", what, status_code_name(st.code),
		  reason_name(st.reason), logged());
}

struct test_daemon *daemon_start_with(const struct svc_descriptor *descriptor,
				      const struct daemon_options *options)
{
	struct test_world *w = &test_world;
	struct test_daemon *daemon = calloc(1, sizeof *daemon);

	test_world_begin(descriptor->name);
	cr_assert(daemon && w->n < TEST_DAEMONS_MAX);
	make_known(descriptor->name);
	daemon->config = config_of(descriptor->name, options);
	must(svc_setup(&daemon->svc, descriptor, &daemon->config), "setup");
	must(svc_check_database(&daemon->svc, 10000), "database");
	atomic_store(&daemon->svc.frozen_now, w->now);
	must(svc_start_client(&daemon->svc), "client");
	if (descriptor->start)
		must(descriptor->start(&daemon->svc), "start");
	if (options->serve)
		must(svc_start_serving(&daemon->svc), "serving");
	daemon->serves = options->serve;
	daemon->worker = svc_worker_new(&daemon->svc, true);
	w->daemons[w->n++] = daemon;
	return daemon;
}

void daemon_drain(struct test_daemon *daemon)
{
	if (daemon->serves)
		svc_stop_serving(&daemon->svc);
	daemon->serves = false;
}

static void end_daemon(struct test_daemon *daemon)
{
	const struct svc_descriptor *descriptor = daemon->svc.descriptor;

	daemon_drain(daemon);
	if (descriptor->stop)
		descriptor->stop(&daemon->svc);
	svc_worker_free(&daemon->worker);
	svc_teardown(&daemon->svc);
	free(daemon);
}

void daemons_after_fork(void)
{
	struct test_world *w = &test_world;

	for (size_t i = 0; i < w->n; i++) {
		w->abandoned[i] = w->daemons[i]->worker;
		w->daemons[i]->worker = svc_worker_new(&w->daemons[i]->svc, true);
		must(db_conn_open(w->daemons[i]->worker->conn), "connection");
	}
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void daemons_stop(void)
{
	struct test_world *w = &test_world;

	if (!w->arena)
		return;
	wires_close();
	while (w->n > 0)
		end_daemon(w->daemons[--w->n]);
	health_reset();
	log_set_fd(STDERR_FILENO);
	close(w->log_fd);
	test_free_arenas();
	keyring_free(&w->gateway);
	nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	arena_free(&w->arena);
	*w = (struct test_world){.log_fd = -1};
}

struct svc *daemon_svc(struct test_daemon *daemon)
{
	return &daemon->svc;
}

struct svc_worker *daemon_worker(struct test_daemon *daemon)
{
	return daemon->worker;
}

void now_is(instant now)
{
	test_world.now = now;
	for (size_t i = 0; i < test_world.n; i++)
		atomic_store(&test_world.daemons[i]->svc.frozen_now, now);
}

const char *logged(void)
{
	off_t size = lseek(test_world.log_fd, 0, SEEK_END);
	char *text = arena_calloc(test_world.arena, 1, (size_t)size + 1);

	cr_assert(pread(test_world.log_fd, text, (size_t)size, 0) == size);
	return text;
}
