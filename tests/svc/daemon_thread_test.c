/*
 * Two whole daemons in one process under load, for ThreadSanitizer: signed calls
 * over sockets from several threads to both pools, transactions that cannot be
 * serialized, keys that are used twice at once, jobs, the relay from one daemon's
 * outbox to the other's inbox, figures read meanwhile, and a drain while calls
 * come in.  Afterwards the rows are counted: what was answered OK is there, once.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "aegis/svc/v1/svc.aegis.h"
#include "rpc/client.h"
#include "rpc/trust.h"
#include "sample_world.h"
#include "support/svc_test_internal.h"

#define CALLERS	   6
#define ROUNDS	   60
#define KEYS	   10 /* that all callers use */
#define JOB_EVERY  5
#define CONNECT_MS 20000

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n%s", __FILE__, __LINE__, #condition,   \
				logged());                                                         \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static struct test_daemon *sample, *audit;
static struct rpc_client *client;
static struct keyring *gateway;
static struct uuid acme;
static char acme_text[UUID_TEXT];
static atomic_int put, counted, queued, refused;
static atomic_bool draining;

/* Ann by the gateway's signature, a new one for every call: what is remembered of them changes. */
static struct str sign_ann(struct arena *arena)
{
	static const char *const permissions[] = {"notes:read", "notes:write"};
	static atomic_int nth;
	const instant now = instant_now();
	const struct principal ann = {.kind = PRINCIPAL_USER,
				      .id = acme,
				      .tenant = acme,
				      .session = acme,
				      .role = "",
				      .permissions = permissions,
				      .n_permissions = 2,
				      .issued_at = now,
				      .expires_at = now + MINUTES(1) +
						    MILLIS(atomic_fetch_add(&nth, 1) % 60000),
				      .audience = "sample",
				      .label = ""};

	return principal_sign(arena, &ann, keyring_newest(gateway, KEY_SERVICE));
}

/* One call; the response into the arena when there is one. */
static struct status ask(struct arena *arena, const char *method, const char *key,
			 const void *request, const void **response)
{
	const struct rpc_method *m = test_route(daemon_svc(sample), method)->method;
	struct rpc_header header = {.request_id = "req-threads",
				    .traceparent = "",
				    .deadline = instant_now() + SECONDS(60),
				    .principal = sign_ann(arena),
				    .idempotency_key = key,
				    .client_addr = "192.0.2.7",
				    .user_agent = "test",
				    .accept_language = ""};
	struct rpc_result *result = rpc_call_blocking(client, "sample", m, &header,
						      (struct rpc_body){.message = request});
	struct status st = result->header.status;

	if (is_ok(st) && response)
		*response = pb_unpack(arena, m->response->descriptor, result->payload);
	rpc_result_free(&result);
	return st;
}

static void put_and_read(struct arena *arena, int caller, int round)
{
	Sample__PutNoteRequest request = SAMPLE__PUT_NOTE_REQUEST__INIT;
	Sample__GetNoteRequest again = SAMPLE__GET_NOTE_REQUEST__INIT;
	const void *note = NULL;

	request.title = arena_printf(arena, "%d of %d", round, caller);
	CHECK(is_ok(ask(arena, "PutNote", "", &request, &note)) && note);
	atomic_fetch_add(&put, 1);
	again.id = ((const Sample__Note *)note)->id;
	CHECK(is_ok(ask(arena, "GetNote", "", &again, &note)));
	CHECK(strcmp(((const Sample__Note *)note)->title, request.title) == 0);
}

/* Fails to serialize now and then: three attempts may not do. */
static void count_up(struct arena *arena)
{
	Sample__CountUpRequest request = SAMPLE__COUNT_UP_REQUEST__INIT;
	struct status st = ask(arena, "CountUp", "", &request, NULL);

	CHECK(is_ok(st) || st.code == STATUS_ABORTED);
	atomic_fetch_add(&counted, is_ok(st));
}

/* Every caller with the same key: one of them does it, the others hear the same or "in flight". */
static void put_once(struct arena *arena, int round)
{
	Sample__PutNoteRequest request = SAMPLE__PUT_NOTE_REQUEST__INIT;
	char *key = arena_printf(arena, "key %d", round % KEYS);
	struct status st;

	request.title = arena_printf(arena, "once %d", round % KEYS);
	st = ask(arena, "PutNoteOnce", key, &request, NULL);
	CHECK(is_ok(st) || st.code == STATUS_ABORTED);
}

static void queue_job(struct arena *arena, int caller, int round)
{
	Sample__QueueNoteRequest request = SAMPLE__QUEUE_NOTE_REQUEST__INIT;

	request.title = arena_printf(arena, "queued %d of %d", round, caller);
	CHECK(is_ok(ask(arena, "QueueNote", "", &request, NULL)));
	atomic_fetch_add(&queued, 1);
}

static void relay_echo(struct arena *arena)
{
	Sample__EchoTextRequest request = SAMPLE__ECHO_TEXT_REQUEST__INIT;
	const void *response = NULL;

	request.text = "there and back";
	CHECK(is_ok(ask(arena, "RelayEcho", "", &request, &response)));
	CHECK(strcmp(((const Sample__EchoTextResponse *)response)->text, request.text) == 0);
}

static void *load(void *arg)
{
	struct arena *arena = arena_new(CALL_ARENA_CAP);
	int caller = (int)(intptr_t)arg;

	for (int round = 0; round < ROUNDS; round++) {
		put_and_read(arena, caller, round);
		count_up(arena);
		put_once(arena, round);
		relay_echo(arena);
		if (round % JOB_EVERY == 0)
			queue_job(arena, caller, round);
		arena_reset(arena, false);
	}
	arena_free(&arena);
	return NULL;
}

/* Calls until it is told that the daemon goes away. */
static void *load_until_refused(void *arg)
{
	struct arena *arena = arena_new(CALL_ARENA_CAP);
	Sample__PutNoteRequest request = SAMPLE__PUT_NOTE_REQUEST__INIT;
	struct status st = OK;

	for (int i = 0; is_ok(st); i++) {
		request.title = arena_printf(arena, "last %d of %d", i, (int)(intptr_t)arg);
		st = ask(arena, "PutNote", "", &request, NULL);
		atomic_fetch_add(&put, is_ok(st));
		arena_reset(arena, false);
	}
	CHECK(st.code == STATUS_UNAVAILABLE && atomic_load(&draining));
	atomic_fetch_add(&refused, 1);
	arena_free(&arena);
	return NULL;
}

static void start_all(pthread_t threads[CALLERS], void *(*run)(void *))
{
	for (intptr_t i = 0; i < CALLERS; i++)
		CHECK(pthread_create(&threads[i], NULL, run, (void *)i) == 0);
}

static void join_all(pthread_t threads[CALLERS])
{
	for (int i = 0; i < CALLERS; i++)
		pthread_join(threads[i], NULL);
}

/* Who looks on from outside while the load runs. */
static void read_figures(void)
{
	struct arena *arena = arena_new(CALL_ARENA_CAP);
	Svc__CheckHealthRequest health = SVC__CHECK_HEALTH_REQUEST__INIT;
	Svc__GetMetricsRequest figures = SVC__GET_METRICS_REQUEST__INIT;

	while (atomic_load(&put) < CALLERS * ROUNDS) {
		CHECK(is_ok(ask(arena, "CheckHealth", "", &health, NULL)));
		CHECK(is_ok(ask(arena, "GetMetrics", "", &figures, NULL)));
		arena_reset(arena, false);
	}
	arena_free(&arena);
}

static int64_t count(const char *from)
{
	return test_count("SELECT count(*) FROM %s AND tenant_id = '%s'", from, acme_text);
}

static bool all_has_arrived(int notes)
{
	return count("sample_audit.seen WHERE true") >= notes;
}

static bool jobs_are_done(int jobs)
{
	return count("sample.note WHERE title LIKE 'queued %'") == jobs;
}

static bool more_was_put(int than)
{
	return atomic_load(&put) > than;
}

static void wait_until(bool (*is_so)(int), int arg, const char *what)
{
	instant end = instant_monotonic() + SECONDS(60);

	while (!is_so(arg)) {
		if (instant_monotonic() > end) {
			fprintf(stderr, "not within a minute: %s\n%s", what, logged());
			exit(1);
		}
		usleep(5000);
	}
}

/* What was answered OK is there, and each note was told of once or still waits to be. */
static void check_rows(void)
{
	int notes = atomic_load(&put) + KEYS + atomic_load(&queued);

	CHECK(count("sample.note WHERE true") == notes);
	CHECK(count("sample_audit.seen WHERE true") +
		      count("sample.outbox WHERE subscriber = 'audit'") ==
	      notes);
	CHECK(count("(SELECT DISTINCT event_id, tenant_id FROM sample_audit.seen) s WHERE true") ==
	      count("sample_audit.seen WHERE true"));
	CHECK(test_count("SELECT value FROM sample.counter WHERE tenant_id = '%s'", acme_text) ==
	      atomic_load(&counted));
}

static void connect_client(void)
{
	const struct rpc_peer peer = {
		.daemon = "sample", .urls = &sample->config.listen, .n_urls = 1};
	struct rpc_client_config config = {.daemon = "gateway", .peers = &peer, .n_peers = 1};

	CHECK(is_ok(keyring_open(test_world.secrets, "gateway", &gateway)));
	config.service_key = keyring_newest(gateway, KEY_SERVICE);
	CHECK(is_ok(rpc_client_new(&config, &client)));
	CHECK(rpc_client_wait(client, "sample", 1, CONNECT_MS));
	CHECK(rpc_client_wait(daemon_svc(sample)->client, "sample", 1, CONNECT_MS));
}

int main(void)
{
	pthread_t threads[CALLERS];
	int before;

	signal(SIGPIPE, SIG_IGN);
	sample_database_begin();
	audit = daemon_start(&sample_audit, .serve = true);
	sample = daemon_start(&sample_daemon, .serve = true, .write_workers = 3);
	acme = a_tenant_id("acme");
	uuid_format(acme_text, acme);
	connect_client();
	start_all(threads, load);
	read_figures();
	join_all(threads);
	wait_until(jobs_are_done, atomic_load(&queued), "the jobs are done");
	before = atomic_load(&put);
	start_all(threads, load_until_refused);
	wait_until(more_was_put, before + 2 * CALLERS, "calls come in again");
	wait_until(all_has_arrived, before + KEYS + atomic_load(&queued),
		   "the events have arrived");
	atomic_store(&draining, true);
	daemon_drain(sample);
	join_all(threads);
	check_rows();
	CHECK(atomic_load(&refused) == CALLERS);
	printf("%d put, %d counted, %d queued\n", atomic_load(&put), atomic_load(&counted),
	       atomic_load(&queued));
	rpc_client_free(&client);
	keyring_free(&gateway);
	daemons_stop();
	return 0;
}
