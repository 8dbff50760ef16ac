/* Whole daemons on sockets: pools, signatures, overload, relay threads, drain. */
#include <libpq-fe.h>
#include <pthread.h>
#include <string.h>

#include "aegis/svc/v1/svc.aegis.h"
#include "base/fault.h"
#include "rpc/client.h"
#include "sample_world.h"
#include "support/svc_test_internal.h"
#include "svc_core/health.h"

static struct test_daemon *sample, *audit;
static struct uuid acme;

static void set_up(void)
{
	test_sql("TRUNCATE sample.outbox, sample.lease, sample.job, sample_audit.outbox, "
		 "sample_audit.lease");
	audit = daemon_start(&sample_audit, .serve = true);
	sample = daemon_start(&sample_daemon, .serve = true, .write_workers = 2, .write_queue = 2);
	acme = a_tenant_id("acme");
}

TestSuite(wire, .init = set_up, .fini = daemons_stop, .timeout = 120);

static struct answer wire_put(const struct caller *who, const char *title)
{
	Sample__PutNoteRequest request = SAMPLE__PUT_NOTE_REQUEST__INIT;

	request.title = title;
	return call_wire(sample, who, "PutNote", &request);
}

static bool audit_has_seen(void *n)
{
	char tenant[UUID_TEXT];

	uuid_format(tenant, acme);
	return test_count("SELECT count(*) FROM sample_audit.seen WHERE tenant_id = '%s'",
			  tenant) == *(int *)n;
}

Test(wire, a_call_goes_the_whole_way_and_its_event_arrives)
{
	int one = 1;

	expect_ok(wire_put(as(acme, "ann"), "over the wire"));
	expect_soon(audit_has_seen, &one);
	expect_count(1, acme, "sample.note");
}

static bool outbox_is_empty(void *arg)
{
	(void)arg;
	return test_count("SELECT count(*) FROM sample.outbox WHERE subscriber = 'audit'") == 0;
}

/* One event for each k, of whose messages to the subscriber and back the k-th is lost. */
static void lose_each_message(enum fault kind, int *told)
{
	bool untouched = false;
	unsigned k;

	for (k = 1; k < 20 && !untouched; k++) {
		fault_arm(kind, k);
		put_note(acme, arena_printf(test_world.arena, "note %d", ++*told));
		expect_soon(audit_has_seen, told);
		expect_soon(outbox_is_empty, NULL);
		untouched = fault_is_armed(kind);
		fault_arm(kind, 0);
		cr_assert(audit_has_seen(told), "event %d arrived twice", *told);
	}
	cr_assert(untouched && k > 2, "%u", k);
}

Test(wire, an_event_arrives_once_whichever_message_between_daemons_is_lost)
{
	int told = 0;

	cr_assert(rpc_client_wait(daemon_svc(sample)->client, "audit", 1, 20000));
	lose_each_message(FAULT_RPC_SEND, &told);
	lose_each_message(FAULT_RPC_RECEIVE, &told);
}

static bool refused_one_is_put_off(void *arg)
{
	char tenant[UUID_TEXT];

	(void)arg;
	uuid_format(tenant, a_tenant_id("refused"));
	return test_count(
		       "SELECT count(*) FROM sample.outbox WHERE tenant_id = '%s' AND attempts > 0",
		       tenant) == 1;
}

/* The subscriber refuses the whole batch for the sake of one. */
Test(wire, an_event_that_is_refused_does_not_hold_up_the_others)
{
	char tenant[UUID_TEXT];
	int one = 1;

	uuid_format(tenant, a_tenant_id("refused"));
	/* Both are due later, so that they go in one batch. */
	now_is(instant_now() + HOURS(1));
	put_note(a_tenant_id("refused"), "told by another");
	put_note(acme, "good");
	now_is(0);
	test_sql("UPDATE sample.outbox SET not_before = '2000-01-01', payload = CASE WHEN "
		 "tenant_id = '%s' THEN decode(replace(encode(payload, 'hex'), "
		 "encode('sample', 'hex'), encode('simple', 'hex')), 'hex') ELSE payload END",
		 tenant);
	expect_soon(audit_has_seen, &one);
	expect_soon(refused_one_is_put_off, NULL);
}

Test(wire, a_job_runs_by_itself)
{
	Sample__QueueNoteRequest request = SAMPLE__QUEUE_NOTE_REQUEST__INIT;
	int one = 1;

	request.title = "by itself";
	expect_ok(call_wire(sample, as(acme, "ann"), "QueueNote", &request));
	expect_soon(audit_has_seen, &one);
	expect_count(1, acme, "sample.note WHERE title = 'by itself'");
}

Test(wire, a_daemon_calls_another_in_the_name_of_its_caller)
{
	Sample__EchoTextRequest request = SAMPLE__ECHO_TEXT_REQUEST__INIT;
	const Sample__EchoTextResponse *response;

	/* It dialled itself before it listened; the next try comes by itself. */
	cr_assert(rpc_client_wait(daemon_svc(sample)->client, "sample", 1, 20000));
	request.text = "there and back";
	response = expect_ok(call_wire(sample, as(acme, "ann"), "RelayEcho", &request));
	cr_assert_str_eq(response->text, "there and back");
}

Test(wire, a_principal_that_the_gateway_did_not_sign_is_refused)
{
	struct caller *eve = (struct caller *)as(acme, "eve");

	eve->forger = "tenant";
	expect_fail(wire_put(eve, "forged"), UNAUTHENTICATED, "PRINCIPAL_INVALID");
	expect_count(0, acme, "sample.note");
}

Test(wire, every_daemon_tells_its_health_and_its_figures)
{
	Svc__CheckHealthRequest ask = SVC__CHECK_HEALTH_REQUEST__INIT;
	Svc__GetMetricsRequest figures = SVC__GET_METRICS_REQUEST__INIT;
	const Svc__CheckHealthResponse *health;
	const Svc__GetMetricsResponse *metrics;

	health = expect_ok(
		call_wire(sample, as_daemon("gateway", (struct uuid){}), "CheckHealth", &ask));
	cr_assert_str_eq(health->status, "serving", "%s", health->reason);
	metrics = expect_ok(
		call_wire(sample, as_daemon("gateway", (struct uuid){}), "GetMetrics", &figures));
	cr_assert_not_null(memmem(metrics->text.data, metrics->text.len, "aegis_rpc_total", 15));
}

/* Calls that wait for a lock of the test, in a write worker or in its queue. */
#define LOCK 4711

struct waiter {
	pthread_t thread;
	const struct caller *who;
	struct answer answer;
};

static PGconn *lock_holder;

static void hold_lock(void)
{
	lock_holder = PQconnectdb(test_db_superuser());
	PQclear(PQexec(lock_holder, "SELECT pg_advisory_lock(4711)"));
	cr_assert_eq(PQstatus(lock_holder), CONNECTION_OK);
}

static void let_go(void)
{
	PQfinish(lock_holder);
}

static void *wait_for_lock(void *arg)
{
	struct waiter *waiter = arg;
	Sample__WaitForLockRequest request = SAMPLE__WAIT_FOR_LOCK_REQUEST__INIT;

	request.lock = LOCK;
	waiter->answer = call_wire(sample, waiter->who, "WaitForLock", &request);
	return NULL;
}

static bool writers_are_idle(void *arg)
{
	(void)arg;
	return svc_pool_busy(daemon_svc(sample)->write_pool) == 0;
}

static void start_waiters(struct waiter *waiters, size_t n)
{
	expect_soon(writers_are_idle, NULL);
	for (size_t i = 0; i < n; i++) {
		waiters[i].who = with_deadline(as_nobody(), instant_now() + SECONDS(60));
		cr_assert_eq(pthread_create(&waiters[i].thread, NULL, wait_for_lock, &waiters[i]),
			     0);
	}
}

static void end_waiters(struct waiter *waiters, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		pthread_join(waiters[i].thread, NULL);
		expect_ok(waiters[i].answer);
	}
}

static bool queue_has(void *n)
{
	struct svc_pool *pool = daemon_svc(sample)->write_pool;

	return svc_pool_busy(pool) == 2 && svc_pool_depth(pool) == *(size_t *)n;
}

Test(wire, a_full_queue_refuses_early_and_what_was_accepted_is_done)
{
	struct waiter waiters[4];
	struct answer refused;
	size_t two = 2;

	hold_lock();
	start_waiters(waiters, 4);
	expect_soon(queue_has, &two);
	refused = wire_put(as(acme, "ann"), "too much");
	expect_fail(refused, RESOURCE_EXHAUSTED, "OVERLOADED");
	cr_assert_gt(refused.retry_after_ms, 0);
	let_go();
	end_waiters(waiters, 4);
	expect_ok(wire_put(as(acme, "ann"), "room again"));
	expect_count(1, acme, "sample.note");
}

/* The reads of a daemon go on while all its writers wait. */
Test(wire, waiting_writers_do_not_hold_up_reads)
{
	Sample__ListNotesRequest list = SAMPLE__LIST_NOTES_REQUEST__INIT;
	struct waiter waiters[3];
	size_t one = 1;

	hold_lock();
	start_waiters(waiters, 3);
	expect_soon(queue_has, &one);
	expect_ok(call_wire(sample, as(acme, "ann"), "ListNotes", &list));
	let_go();
	end_waiters(waiters, 3);
}

static void *drain(void *arg)
{
	(void)arg;
	daemon_drain(sample);
	return NULL;
}

static bool is_draining(void *arg)
{
	(void)arg;
	return health_state() == HEALTH_DRAINING;
}

Test(wire, draining_refuses_what_is_new_and_ends_what_was_begun)
{
	struct waiter waiters[3];
	pthread_t drainer;
	size_t one = 1;

	hold_lock();
	start_waiters(waiters, 3);
	expect_soon(queue_has, &one);
	cr_assert_eq(pthread_create(&drainer, NULL, drain, NULL), 0);
	expect_soon(is_draining, NULL);
	cr_assert_eq(wire_put(with_deadline(as(acme, "ann"), instant_now() + MILLIS(500)), "new")
			     .status.code,
		     STATUS_UNAVAILABLE);
	let_go();
	end_waiters(waiters, 3);
	pthread_join(drainer, NULL);
	expect_count(0, acme, "sample.note");
}
