#include "gateway/fixture.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "cache/session.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "gateway/backend.h"

struct backend backend;
struct redis_server redis;
struct gateway *gateway;
struct gateway_config config;
const char *fixture_root = "/tmp";

static struct arena *arena;
static char dir[64];
/* One program that plays every daemon: a socket and an audience for each. */
#define DAEMONS 7
static const char *const daemons[DAEMONS] = {"auth",	     "tenant",	   "program", "consumer",
					     "notification", "compliance", "audit"};
static struct rpc_server *servers[DAEMONS];
static struct trust *trusts[DAEMONS];
static struct cache_sync *records;
static struct cfg_pair peers[DAEMONS];
static uint8_t private_keys[3][SIGN_PRIVATE_BYTES];

static void load_defaults(void)
{
	struct cfg_group group = {gateway_settings, gateway_n_settings, &config};
	struct cfg_spec spec = {.daemon = "gateway", .groups = &group, .n_groups = 1};
	struct strbuf errors = strbuf_new(arena);
	char secrets[128];

	snprintf(secrets, sizeof secrets, "%s/secrets", dir);
	setenv("AEGIS_GATEWAY_SECRETS_DIR", secrets, 1);
	cr_assert(is_ok(cfg_load(arena, &spec, NULL, &errors)), "%s", errors.ptr);
	config.http_port = config.private_port = 0;
	config.loops = 1;
	config.redis = redis.url;
}

static const char *socket_url(const char *daemon)
{
	return arena_printf(arena, "ipc://%s/%s.sock", dir, daemon);
}

void fixture_up(void)
{

	signal(SIGPIPE, SIG_IGN);
	if (redis.pid == 0)
		redis_server_start(&redis);
	crypto_init();
	log_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
	arena = arena_new(1 << 22);
	snprintf(dir, sizeof dir, "%s/aegis-gw-XXXXXX", fixture_root);
	cr_assert_not_null(mkdtemp(dir));
	load_defaults();
	cr_assert(is_ok(keyring_ensure_service(config.secrets_dir, "gateway")));
	for (size_t i = 0; i < DAEMONS; i++) {
		cr_assert(is_ok(keyring_ensure_service(config.secrets_dir, daemons[i])));
		peers[i] = (struct cfg_pair){daemons[i], socket_url(daemons[i])};
	}
	config.peer = (struct cfg_map){peers, DAEMONS};
	memset(&backend, 0, sizeof backend);
	backend.session_alive = true;
	backend.epoch = 1;
	for (int i = 0; i < 3; i++)
		sign_generate(i < 2 ? backend_public_keys[i] : (uint8_t[32]){}, private_keys[i]);
	backend_n_keys = 1;
	for (size_t i = 0; i < DAEMONS; i++)
		cr_assert(is_ok(trust_new(config.secrets_dir, daemons[i], &trusts[i])));
	fixture_start_backend();
}

void fixture_start_backend(void)
{
	for (size_t i = 0; i < DAEMONS; i++) {
		const char *urls[] = {peers[i].value};
		struct rpc_server_config server_config = {.urls = urls,
							  .n_urls = 1,
							  .trust = trusts[i],
							  .on_request = backend_answer,
							  .arg = trusts[i]};

		cr_assert(is_ok(rpc_server_new(&server_config, &servers[i])));
	}
}

void fixture_stop_backend(void)
{
	for (size_t i = 0; i < DAEMONS; i++)
		rpc_server_free(&servers[i]);
}

void fixture_start(void)
{
	struct cache_config cache = {.url = redis.url, .timeout_ms = 2000};

	cr_assert(is_ok(gateway_new(&config, gateway_contract(), &gateway)));
	cr_assert(is_ok(cache_sync_new(&cache, &records)));
	gateway_start(gateway);
	for (instant end = instant_monotonic() + SECONDS(20);;) {
		struct raw_answer answer = http("/readyz", .on_private_port = true);
		int status = answer.status;

		raw_answer_free(&answer);
		if (status == 200)
			break;
		cr_assert_lt(instant_monotonic(), end, "not ready");
		usleep(5000);
	}
	fixture_put_session(1);
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

void fixture_down(void)
{
	gateway_free(&gateway);
	fixture_stop_backend();
	for (size_t i = 0; i < DAEMONS; i++)
		trust_free(&trusts[i]);
	cache_sync_free(&records);
	redis_server_stop(&redis);
	nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	arena_free(&arena);
}

static struct uuid id_of(const char *text)
{
	struct uuid id = {};

	cr_assert(uuid_parse(str_of(text), &id));
	return id;
}

void fixture_put_session(int epoch)
{
	cr_assert(is_ok(
		cache_session_put(records, id_of(TENANT), id_of(SESSION), (uint64_t)epoch, 60)));
}

void fixture_put_admin_session(void)
{
	cr_assert(is_ok(cache_session_put(records, (struct uuid){}, id_of(SESSION), 0, 60)));
}

void fixture_end_session(void)
{
	cr_assert(is_ok(cache_session_end(records, id_of(TENANT), id_of(SESSION), 60)));
}

void fixture_put_standing(bool may_act)
{
	cr_assert(is_ok(cache_standing_put(records, id_of(TENANT), may_act)));
}

void fixture_rotate_keys(void)
{
	backend_n_keys = 2;
}

static size_t words_of(const char *text, const char **out)
{
	char *copy = arena_strdup(arena, text), *save;
	size_t n = 0;

	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		out[n++] = word;
	return n;
}

const char *a_token_of(struct token_args args)
{
	const char *kid = args.kid ? args.kid : "k1";
	int key = args.other_key ? 2 : strcmp(kid, "k2") == 0 ? 1 : 0;
	const char *permissions[64];
	struct jwt_claims claims = {
		.iss = args.iss ? args.iss : "aegis",
		.aud = args.aud ? args.aud : "aegis-api",
		.type = args.type ? args.type : "access",
		.sub = USER,
		.org = !args.org		    ? TENANT
		       : strcmp(args.org, "-") == 0 ? ""
						    : args.org,
		.sid = args.sid ? args.sid : SESSION,
		.role = args.role ? args.role : "owner",
		.workspace = "",
		.jti = "",
		.epoch = (uint64_t)(args.epoch ? args.epoch : 1),
		.admin = args.admin,
		.email_verified = args.verified,
		.issued_at = instant_now() - HOURS(1),
		.expires_at = instant_now() + SECONDS(args.expires_in_s ? args.expires_in_s : 900),
		.permissions = permissions,
	};

	claims.n_permissions = words_of(
		args.permissions ? args.permissions : "programs:read programs:write", permissions);
	return jwt_sign(arena, kid, private_keys[key], &claims);
}

struct raw_answer http_of(const char *path, struct http_args args)
{
	uint16_t port =
		args.on_private_port ? edge_private_port(gateway->edge) : edge_port(gateway->edge);
	struct strbuf text = strbuf_new(arena);
	const char *method = args.method ? args.method : "GET";
	struct raw_answer answer;
	int fd = raw_connect(port);

	strbuf_printf(&text, "%s %s HTTP/1.1\r\nHost: localhost\r\n", method, path);
	if (args.token)
		strbuf_printf(&text, "Authorization: Bearer %s\r\n", args.token);
	strbuf_add_c(&text, args.headers ? args.headers : "");
	if (args.body && !(args.headers && strcasestr(args.headers, "content-type")))
		strbuf_add_c(&text, "Content-Type: application/json\r\n");
	if (args.body)
		strbuf_printf(&text, "Content-Length: %zu\r\n\r\n%s", strlen(args.body), args.body);
	else
		strbuf_add_c(&text, "\r\n");
	raw_send(fd, text.ptr, text.len);
	answer = raw_read(fd, strcmp(method, "HEAD") == 0);
	close(fd);
	return answer;
}

void expect_of(const char *file, int line, struct raw_answer answer, int status, const char *reason)
{
	char wanted[96];

	snprintf(wanted, sizeof wanted, "\"reason\":\"%s\"", reason);
	cr_assert_eq(answer.status, status, "%s:%d: %d, not %d: %s", file, line, answer.status,
		     status, answer.body);
	if (*reason) {
		cr_assert(strstr(answer.body, wanted), "%s:%d: no %s in %s", file, line, wanted,
			  answer.body);
		cr_assert_str_eq(raw_header(&answer, "Content-Type"), "application/problem+json");
	}
	raw_answer_free(&answer);
}
