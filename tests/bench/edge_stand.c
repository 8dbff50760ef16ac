/*
 * What the benchmark "edge" measures: the gateway as it is, with a daemon behind
 * it that answers at once.  The daemon is a process of its own, as in life.
 *
 *   edge_stand DIR REDIS_URL PORT
 *
 * makes keys in DIR, starts, prints one line "TOKEN PATH", and ends when its
 * standard input does.  `GET PATH` with that token is a transcoded read: verified token,
 * one round trip to Redis, one rpc, protobuf to JSON.  Public, without Redis: GET /.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aegis/auth/v1/auth.aegis.h"
#include "aegis/program/v1/program.aegis.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "gateway.h"
#include "rpc/server.h"
#include "rpc/trust.h"

#define TENANT	"0190f3c2-0000-7000-8000-00000000000a"
#define USER	"0190f3c2-0000-7000-8000-000000000001"
#define PROGRAM "0190f3c2-0000-7000-8000-000000000003"

static uint8_t public_key[32], private_key[SIGN_PRIVATE_BYTES];

static void die(const char *what)
{
	fprintf(stderr, "edge_stand: %s\n", what);
	exit(EXIT_FAILURE);
}

static void answer(struct rpc_request *request, void *arg)
{
	const struct rpc_reply_header ok = {};
	const struct rpc_method *method =
		rpc_service_find(&auth_service, request->header.method_id);
	Program__Program program = PROGRAM__PROGRAM__INIT;
	Auth__GetJwksResponse jwks = AUTH__GET_JWKS_RESPONSE__INIT;
	Auth__Jwk jwk = AUTH__JWK__INIT, *list[] = {&jwk};

	(void)arg;
	if (method && strcmp(method->name, "GetJwks") == 0) {
		jwk.kid = "bench";
		jwk.public_key = (ProtobufCBinaryData){32, public_key};
		jwks.keys = list;
		jwks.n_keys = 1;
		rpc_reply_message(request, &ok, &jwks.base);
		return;
	}
	program.id = PROGRAM;
	program.name = "Statin assistance";
	program.drug = "Atorvastatin";
	program.sponsor = "Acme Pharma";
	program.description = "Helps with the cost of the medicine for a year.";
	rpc_reply_message(request, &ok, &program.base);
}

static void serve_as(const char *daemon, const char *secrets, const char *url)
{
	struct rpc_server_config config = {.urls = &url, .n_urls = 1, .on_request = answer};
	struct rpc_server *server;

	if (is_failed(trust_new(secrets, daemon, &config.trust)) ||
	    is_failed(rpc_server_new(&config, &server)))
		die("the daemon cannot listen");
}

static pid_t start_daemon(const char *secrets, const struct cfg_pair peers[2])
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (size_t i = 0; i < 2; i++)
		serve_as(peers[i].key, secrets, peers[i].value);
	for (;;)
		pause();
}

static const char *make_token(struct arena *arena)
{
	static const char *const permissions[] = {"programs:read"};
	struct jwt_claims claims = {
		.iss = "aegis",
		.aud = "aegis-api",
		.type = "access",
		.sub = USER,
		.org = TENANT,
		.sid = "",
		.role = "owner",
		.workspace = "",
		.jti = "",
		.epoch = 1,
		.issued_at = instant_now(),
		.expires_at = instant_now() + HOURS(1),
		.permissions = permissions,
		.n_permissions = 1,
	};

	return jwt_sign(arena, "bench", private_key, &claims);
}

static void configure(struct arena *arena, struct gateway_config *config, char **argv,
		      const char *secrets, struct cfg_pair peers[2])
{
	struct cfg_group group = {gateway_settings, gateway_n_settings, config};
	struct cfg_spec spec = {.daemon = "gateway", .groups = &group, .n_groups = 1};
	struct strbuf errors = strbuf_new(arena);

	setenv("AEGIS_GATEWAY_SECRETS_DIR", secrets, 1);
	if (is_failed(cfg_load(arena, &spec, NULL, &errors)))
		die(errors.ptr);
	config->peer = (struct cfg_map){peers, 2};
	config->redis = argv[2];
	config->http_port = strtol(argv[3], NULL, 10);
	config->private_port = 0;
	config->rate_percent = 1000000;
	config->requests_per_conn = 1000000;
	config->access_log = getenv("EDGE_ACCESS_LOG") != NULL;
}

int main(int argc, char **argv)
{
	static struct gateway_config config;
	struct arena *arena = arena_new(1 << 20);
	static struct cfg_pair peers[] = {{"auth", NULL}, {"program", NULL}};
	char *secrets;
	struct gateway *gateway;
	pid_t daemon;

	if (argc != 4)
		die("usage: edge_stand DIR REDIS_URL PORT");
	signal(SIGPIPE, SIG_IGN);
	crypto_init();
	log_set_level(LOG_WARN);
	if (getenv("EDGE_ACCESS_LOG"))
		log_set_level(LOG_INFO);
	secrets = arena_printf(arena, "%s/secrets", argv[1]);
	sign_generate(public_key, private_key);
	if (is_failed(keyring_ensure_service(secrets, "gateway")))
		die("no keys");
	for (size_t i = 0; i < 2; i++) {
		peers[i].value = arena_printf(arena, "ipc://%s/%s.sock", argv[1], peers[i].key);
		if (is_failed(keyring_ensure_service(secrets, peers[i].key)))
			die("no keys");
	}
	daemon = start_daemon(secrets, peers);
	configure(arena, &config, argv, secrets, peers);
	if (is_failed(gateway_new(&config, gateway_contract(), &gateway)))
		die("the gateway does not start");
	gateway_start(gateway);
	if (!rpc_client_wait(gateway->rpc, "program", 1, 10000))
		die("the daemon is not connected");
	printf("%s /api/programs/%s\n", make_token(arena), PROGRAM);
	fflush(stdout);
	while (getchar() != EOF)
		;
	gateway_drain(gateway);
	gateway_free(&gateway);
	kill(daemon, SIGTERM);
	waitpid(daemon, NULL, 0);
	arena_free(&arena);
	return 0;
}
