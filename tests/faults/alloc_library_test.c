/*
 * The libraries that lean on foreign ones, each allocation of a use failing in a
 * child of its own: the use succeeds, fails with a status that says so, or ends the
 * process by our own hand.  Never a crash, a leak, a wrong answer or a library's panic.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cache/session.h"
#include "crypto/hash.h"
#include "crypto/jwt.h"
#include "crypto/keyring.h"
#include "crypto/sign.h"
#include "db/conn.h"
#include "faults/alloc_fault.h"
#include "notification/notification.h"
#include "notification/settings.h"
#include "notification/smtp.h"
#include "notification/smtp_sink.h"
#include "rpc/client.h"
#include "rpc/server.h"
#include "screener/screener.h"
#include "support/check.h"
#include "support/test_db.h"

#define ROUNDS_MAX 20000
#define DENSE	   120

#define WRONG 2 /* beside alloc_fault.h: neither the right answer nor a refusal that says so */

static unsigned nth;
static bool *untouched; /* shared with the children */

static void begin(void)
{
	alloc_fault_arm(nth);
}

static int end(struct status st, bool right)
{
	*untouched = alloc_fault_disarm();
	if (is_ok(st))
		return right ? ALLOC_END_WELL : WRONG;
	return st.code == STATUS_UNAVAILABLE || st.code == STATUS_INTERNAL ||
			       st.code == STATUS_DEADLINE_EXCEEDED ||
			       st.code == STATUS_RESOURCE_EXHAUSTED
		       ? ALLOC_END_REFUSED
		       : WRONG;
}

static void fail_every_allocation(const char *what, int (*use)(void *), void (*after)(int how))
{
	unsigned refused = 0, aborted = 0, rounds = 0;
	int how;

	untouched = mmap(NULL, sizeof *untouched, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(untouched != MAP_FAILED);
	for (nth = 1; !*untouched; nth = alloc_fault_next(nth, DENSE)) {
		CHECK(++rounds < ROUNDS_MAX);
		how = alloc_fault_fork(use, NULL);
		refused += how == ALLOC_END_REFUSED;
		aborted += how == ALLOC_END_HOUSE;
		if (how != ALLOC_END_WELL && how != ALLOC_END_REFUSED && how != ALLOC_END_HOUSE) {
			fprintf(stderr, "%s: allocation %u ended with %d\n", what, nth, how);
			exit(1);
		}
		if (after)
			after(how);
	}
	CHECK(rounds > 1);
	printf("%-12s %3u allocations failed: %3u uses refused, %3u ended the process, %3u did "
	       "without\n",
	       what, rounds - 1, refused, aborted, rounds - 1 - refused - aborted);
	munmap(untouched, sizeof *untouched);
}

static int use_database(void *arg)
{
	/* libpq may drop what the server said when it has no memory, and then waits for more. */
	struct db_config config = {.conninfo = test_db_conninfo(),
				   .role = "aegis_tenant",
				   .schema = "tenant",
				   .connect_timeout_ms = 300};
	struct db_conn *conn;
	struct status st;

	(void)arg;
	begin();
	conn = db_conn_new(&config, NULL, 0);
	st = db_conn_open(conn);
	db_conn_free(&conn);
	return end(st, true);
}

static int use_sessions(void *arg)
{
	struct uuid tenant = {.bytes = {1}}, session = {.bytes = {2}};
	struct cache_config config = {.timeout_ms = 2000};
	enum cache_session state = CACHE_SESSION_UNASKED;
	struct cache_sync *cache;
	uint64_t epoch = 0;
	char url[512];
	struct status st;

	(void)arg;
	snprintf(url, sizeof url, "unix:%s", test_redis_socket());
	config.url = url;
	begin();
	st = cache_sync_new(&config, &cache);
	if (is_failed(st))
		return end(st, false);
	st = cache_session_put(cache, tenant, session, 7, 60);
	if (is_ok(st))
		st = cache_session_get(cache, tenant, session, &state, &epoch);
	cache_sync_free(&cache);
	return end(st, state == CACHE_SESSION_ALIVE && epoch == 7);
}

static int use_tokens(void *arg)
{
	static const struct jwt_expect expect = {"aegis", "aegis-api", "access"};
	struct jwt_claims claims = {.iss = "aegis",
				    .aud = "aegis-api",
				    .sub = "ann",
				    .org = "",
				    .workspace = "",
				    .role = "",
				    .type = "access",
				    .jti = "",
				    .sid = "",
				    .issued_at = SECONDS(1800000000),
				    .expires_at = SECONDS(1800000900)};
	struct jwt_key key = {.kid = "k"};
	uint8_t seed[SIGN_SEED_BYTES] = {1}, secret[SIGN_PRIVATE_BYTES];
	struct arena *arena;
	struct jwt_claims out;
	struct status st;
	char *token;

	(void)arg;
	crypto_init();
	sign_from_seed(key.public_key, secret, seed);
	begin();
	arena = arena_new(1 << 20);
	token = jwt_sign(arena, "k", secret, &claims);
	st = jwt_verify(arena, &key, 1, str_of(token), SECONDS(1800000001), &expect, &out);
	arena_free(&arena);
	return end(st, true);
}

static char secrets[] = "/tmp/aegis-alloc-XXXXXX";

static int use_keys(void *arg)
{
	struct keyring *ring = NULL;
	struct status st;
	bool has;

	(void)arg;
	begin();
	st = keyring_open(secrets, "auth", &ring);
	has = is_ok(st) && keyring_newest(ring, KEY_SERVICE);
	keyring_free(&ring);
	return end(st, has);
}

#define DOCUMENT                                                                                   \
	"{\"format\":\"screener/1\",\"slug\":\"small\",\"locales\":[\"en-US\"],\"items\":[{"       \
	"\"id\":\"age\",\"type\":\"integer\",\"min\":0,\"max\":120,\"required\":true,"             \
	"\"safety\":true},{\"id\":\"med\",\"type\":\"open_choice\",\"options\":["                  \
	"{\"code\":\"none\"}]}],\"outcomes\":[{\"id\":\"no\",\"severity\":2},{\"id\":\"ok\","      \
	"\"severity\":1}],\"hit_policy\":\"first\",\"rules\":[{\"id\":\"R1\",\"if\":{\"<\":"       \
	"[{\"var\":\"age\"},18]},\"then\":\"no\"},{\"id\":\"R2\",\"else\":true,\"then\":\"ok\"}]," \
	"\"on_unknown\":\"no\",\"i18n\":{\"en-US\":{\"title\":\"T\",\"item.age.text\":\"Age?\","   \
	"\"outcome.no.title\":\"No\",\"outcome.ok.title\":\"Yes\"}}}"

static int use_screener(void *arg)
{
	struct screener_findings findings;
	struct screener_answers *answers;
	struct screener *screener = NULL;
	struct arena *arena;
	struct status st;

	(void)arg;
	begin();
	arena = arena_new(1 << 24);
	st = screener_compile(arena, STR(DOCUMENT), NULL, 0, &screener, &findings);
	if (is_ok(st))
		st = screener_answers_parse(screener, arena, STR("{\"med\":{\"other\":\"NONE\"}}"),
					    0, &answers);
	arena_free(&arena);
	screener_free(&screener);
	return end(st, true);
}

#define ECHO_ID 7u

static void answer(struct rpc_request *request, void *arg)
{
	const struct rpc_reply_header ok = {};

	(void)arg;
	rpc_reply(request, &ok, request->payload);
}

/* The caller's own allocations; those of nng's threads are not touched. */
static int use_rpc(void *arg)
{
	static const struct rpc_method echo = {
		.name = "Echo", .id = ECHO_ID, .policy = {.deadline_ms = 5000}};
	char url[64];
	const char *urls[] = {url};
	const struct rpc_server_config serving = {.urls = urls, .n_urls = 1, .on_request = answer};
	const struct rpc_peer peer = {"peer", urls, 1};
	const struct rpc_client_config calling = {.daemon = "test", .peers = &peer, .n_peers = 1};
	struct rpc_server *server;
	struct rpc_client *client;
	struct rpc_header header = {};
	struct rpc_result *result;
	struct status st;
	bool same;
	int how;

	(void)arg;
	snprintf(url, sizeof url, "ipc://%s/%d.sock", secrets, getpid());
	if (is_failed(rpc_server_new(&serving, &server)) ||
	    is_failed(rpc_client_new(&calling, &client)) ||
	    !rpc_client_wait(client, "peer", 1, 20000))
		return WRONG;
	begin();
	result = rpc_call_blocking(client, "peer", &echo, &header,
				   (struct rpc_body){.bytes = STR("there and back")});
	st = result->header.status;
	same = str_eq_c(result->payload, "there and back");
	rpc_result_free(&result);
	how = end(st, same);
	rpc_client_free(&client);
	rpc_server_free(&server);
	return how;
}

static struct smtp_sink *sink;
static int mails;

static int use_mail(void *arg)
{
	const struct mail mail = {.template = "",
				  .to = "ann@acme.example",
				  .subject = "Código",
				  .text = "Your code is 7K3M-Q9TX-2BFH.\n",
				  .html = "<p>Your code</p>"};
	struct smtp_result result = {};
	struct arena *arena;
	struct status st;

	(void)arg;
	begin();
	arena = arena_new(1 << 20);
	st = smtp_send(arena, &mail, (struct uuid){}, &result);
	if (is_ok(st) && result.verdict != SMTP_SENT)
		st = FAIL(NO_CONNECTION);
	arena_free(&arena);
	return end(st, true);
}

/* A mail that the server has is the whole mail, whatever its sender heard. */
static void check_mail(int how)
{
	const char *last = smtp_sink_last(sink);
	int before = mails;

	mails = smtp_sink_count(sink);
	CHECK(mails == before + 1 || (how != ALLOC_END_WELL && mails == before));
	if (mails == before)
		return;
	if (strncmp(smtp_sink_from(sink), "MAIL FROM:<no-reply@aegis.example>", 34) != 0 ||
	    !strstr(last, "From: <no-reply@aegis.example>\r\n") ||
	    !strstr(last, "To: <ann@acme.example>\r\n") ||
	    !strstr(last, "Subject: =?UTF-8?B?Q8OzZGlnbw==?") || !strstr(last, "7K3M-Q9TX-2BFH") ||
	    !strstr(last, "<p>Your code</p>")) {
		fprintf(stderr, "allocation %u, ended with %d: a mail that is not whole:\n%s%s",
			nth, how, smtp_sink_from(sink), last);
		exit(1);
	}
}

static void mail_everything(void)
{
	smtp_init();
	sink = smtp_sink_start();
	notification_config = (struct notification_config){.smtp_url = smtp_sink_url(sink),
							   .smtp_user = "",
							   .mail_from = "no-reply@aegis.example",
							   .public_url = "https://api.example",
							   .smtp_timeout_ms = 5000};
	fail_every_allocation("mail", use_mail, check_mail);
	smtp_sink_stop(sink);
}

int main(void)
{
	char command[128];

	signal(SIGPIPE, SIG_IGN);
	test_db_begin();
	crypto_init();
	CHECK(mkdtemp(secrets) && is_ok(keyring_ensure_service(secrets, "auth")));
	fail_every_allocation("token", use_tokens, NULL);
	fail_every_allocation("keyring", use_keys, NULL);
	fail_every_allocation("screener", use_screener, NULL);
	fail_every_allocation("connection", use_database, NULL);
	fail_every_allocation("session", use_sessions, NULL);
	fail_every_allocation("call", use_rpc, NULL);
	mail_everything();
	snprintf(command, sizeof command, "rm -r %s", secrets);
	return system(command);
}
