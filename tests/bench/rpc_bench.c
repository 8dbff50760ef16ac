/*
 * Echo of 200 bytes over ipc between two processes.  Prints one line of JSON for
 * each number of calls in flight; not part of the tests.
 *
 *   rpc_bench transport|dispatcher DIR SECONDS IN_FLIGHT...
 *
 * transport is libcommon/rpc alone: no tokens, the answer from nng's thread.
 * dispatcher is a whole daemon (echo_daemon, beside this program) called in the
 * gateway's name: service token, principal, queue, worker, policy, scan, unpack,
 * validation, handler, pack, metrics.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "aegis/echo/v1/echo.aegis.h"
#include "base/arena.h"
#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "rpc/server.h"
#include "rpc/trust.h"
#include "rpc_load.h"

#define PAYLOAD 200
#define WAIT_MS 10000

static const struct rpc_method transport_echo = {
	.name = "Echo", .id = 1, .policy = {.deadline_ms = 10000}};

static uint8_t payload[PAYLOAD];

static void die(const char *what)
{
	fprintf(stderr, "rpc_bench: %s\n", what);
	exit(EXIT_FAILURE);
}

static void echo(struct rpc_request *request, void *arg)
{
	const struct rpc_reply_header ok = {};

	(void)arg;
	rpc_reply(request, &ok, request->payload);
}

static pid_t fork_transport(const char *url)
{
	const struct rpc_server_config config = {.urls = &url, .n_urls = 1, .on_request = echo};
	struct rpc_server *server;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (is_failed(rpc_server_new(&config, &server)))
		_exit(EXIT_FAILURE);
	for (;;)
		pause();
}

/* The program echo_daemon lies beside this one. */
static pid_t fork_daemon(const char *self, const char *url, const char *secrets)
{
	const char *slash = strrchr(self, '/');
	char program[4096];
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(program, sizeof program, "%.*secho_daemon", slash ? (int)(slash + 1 - self) : 0,
		 self);
	setenv("AEGIS_ECHO_LISTEN", url, 1);
	setenv("AEGIS_ECHO_SECRETS_DIR", secrets, 1);
	setenv("AEGIS_ECHO_ACCESS_LOG", "false", 1);
	setenv("AEGIS_ECHO_LOG_LEVEL", "warn", 1);
	execl(program, program, (char *)NULL);
	_exit(EXIT_FAILURE);
}

static double cpu_seconds(clockid_t clock)
{
	struct timespec t = {};

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void measure(struct rpc_load *load, pid_t server, const char *mode)
{
	struct rpc_load_result result;
	clockid_t clock;
	double ours, theirs;

	if (clock_getcpuclockid(server, &clock) != 0)
		die("no CPU clock of the server");
	ours = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
	theirs = cpu_seconds(clock);
	result = rpc_load_run(load);
	ours = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - ours;
	theirs = cpu_seconds(clock) - theirs;
	printf("{\"case\":\"%s\",\"in_flight\":%d,\"per_s\":%.0f,\"p50_us\":%u,\"p99_us\":%u,"
	       "\"failed\":%d,\"client_us\":%.1f,\"server_us\":%.1f}\n",
	       mode, load->in_flight, result.per_second, result.p50_us, result.p99_us,
	       result.failed, ours * 1e6 / result.done, theirs * 1e6 / result.done);
	fflush(stdout);
}

static const struct rpc_method *echo_method(void)
{
	for (size_t i = 0; i < echo_service.n_methods; i++)
		if (strcmp(echo_service.methods[i].name, "EchoBytes") == 0)
			return &echo_service.methods[i];
	die("no method EchoBytes");
	return NULL;
}

/* A signed-in user, as the gateway hands one on. */
static struct str signed_user(struct arena *arena, const struct key *key)
{
	static const char *const permissions[] = {"programs:read", "programs:write"};
	instant now = instant_now();
	struct principal user = {
		.kind = PRINCIPAL_USER,
		.id = uuid_v7(now),
		.tenant = uuid_v7(now),
		.session = uuid_v7(now),
		.role = "owner",
		.permissions = permissions,
		.n_permissions = 2,
		.epoch = 1,
		.issued_at = now,
		.expires_at = now + PRINCIPAL_LIFE_MAX,
		.audience = "echo",
		.label = "",
	};

	return principal_sign(arena, &user, key);
}

static struct rpc_client *connect_to(const char *url, const struct key *key)
{
	const struct rpc_peer peer = {.daemon = "echo", .urls = &url, .n_urls = 1};
	const struct rpc_client_config config = {
		.daemon = "gateway", .service_key = key, .peers = &peer, .n_peers = 1};
	struct rpc_client *client;

	if (is_failed(rpc_client_new(&config, &client)) ||
	    !rpc_client_wait(client, "echo", 1, WAIT_MS))
		die("the server does not answer");
	return client;
}

static pid_t start_dispatcher(struct arena *arena, struct rpc_load *load, const char *self,
			      const char *dir, const char *url, struct keyring **ring)
{
	static Echo__EchoBytesRequest request = ECHO__ECHO_BYTES_REQUEST__INIT;
	const char *secrets = arena_printf(arena, "%s/secrets", dir);
	const struct key *key;
	pid_t server;

	if (is_failed(keyring_ensure_service(secrets, "gateway")) ||
	    is_failed(keyring_ensure_service(secrets, "echo")) ||
	    is_failed(keyring_open(secrets, "gateway", ring)))
		die("no keys");
	server = fork_daemon(self, url, secrets);
	key = keyring_newest(*ring, KEY_SERVICE);
	request.payload = (ProtobufCBinaryData){sizeof payload, payload};
	load->method = echo_method();
	load->header.tenant = uuid_v7(instant_now());
	load->body.message = &request.base;
	load->client = connect_to(url, key);
	return server;
}

int main(int argc, char **argv)
{
	struct arena *arena = arena_new(1 << 20);
	struct rpc_load load = {.daemon = "echo",
				.header.request_id = "0190a5e2-4a53-7cc2-a1f2-0123456789ab"};
	struct keyring *ring = NULL;
	const char *url;
	pid_t server;

	if (argc < 5)
		die("usage: rpc_bench transport|dispatcher DIR SECONDS IN_FLIGHT...");
	crypto_init();
	url = arena_printf(arena, "ipc://%s/echo-%d.sock", argv[2], getpid());
	if (strcmp(argv[1], "dispatcher") == 0) {
		server = start_dispatcher(arena, &load, argv[0], argv[2], url, &ring);
	} else {
		server = fork_transport(url);
		load.method = &transport_echo;
		load.body.bytes = (struct str){(const char *)payload, sizeof payload};
		load.client = connect_to(url, NULL);
	}
	load.seconds = (int)strtol(argv[3], NULL, 10);
	for (int i = 4; i < argc; i++) {
		load.in_flight = (int)strtol(argv[i], NULL, 10);
		/* Signed anew for each load: a principal lives two minutes. */
		if (ring)
			load.header.principal =
				signed_user(arena, keyring_newest(ring, KEY_SERVICE));
		measure(&load, server, argv[1]);
	}
	rpc_client_free(&load.client);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	unlink(url + sizeof "ipc://" - 1);
	keyring_free(&ring);
	arena_free(&arena);
	return 0;
}
