/* The dispatcher on a real database, in process. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "db/conn.h"
#include "sample_world.h"
#include "svc/internal.h"
#include "svc_core/metrics.h"

static struct test_daemon *daemon_;
static struct uuid acme, other;

static void set_up(void)
{
	daemon_ = daemon_start(&sample_daemon);
	acme = a_tenant_id("acme");
	other = a_tenant_id("other");
}

TestSuite(dispatch, .init = set_up, .fini = daemons_stop, .timeout = 60);
TestSuite(idempotency, .init = set_up, .fini = daemons_stop, .timeout = 60);
TestSuite(retry, .init = set_up, .fini = daemons_stop, .timeout = 60);
TestSuite(privacy, .init = set_up, .fini = daemons_stop, .timeout = 60);

static struct answer get(const struct caller *who, const char *id)
{
	Sample__GetNoteRequest request = SAMPLE__GET_NOTE_REQUEST__INIT;

	request.id = id;
	return call(who, "GetNote", &request);
}

Test(dispatch, a_note_is_kept_with_its_event_and_read_back)
{
	const Sample__Note *note = put_note(acme, "first"), *read;

	read = expect_ok(get(as(acme, "bob"), note->id));
	cr_assert_str_eq(read->title, "first");
	expect_count(1, acme, "sample.note");
	cr_assert_eq(events_out("sample", acme, "note.put"), 1);
}

Test(dispatch, another_tenant_sees_nothing_of_it)
{
	const Sample__Note *note = put_note(acme, "mine");
	Sample__ListNotesRequest list = SAMPLE__LIST_NOTES_REQUEST__INIT;
	const Sample__ListNotesResponse *notes;

	expect_fail(get(as(other, "eve"), note->id), NOT_FOUND, "NOT_FOUND");
	notes = expect_ok(call(as(other, "eve"), "ListNotes", &list));
	cr_assert_eq(notes->n_notes, 0);
	notes = expect_ok(call(as(acme, "ann"), "ListNotes", &list));
	cr_assert_eq(notes->n_notes, 1);
}

Test(dispatch, a_refused_change_leaves_neither_row_nor_event)
{
	put_note(acme, "twice");
	expect_fail(try_put(as(acme, "ann"), "twice", ""), ALREADY_EXISTS, "ALREADY_EXISTS");
	expect_count(1, acme, "sample.note");
	cr_assert_eq(events_out("sample", acme, "note.put"), 1);
}

Test(dispatch, fields_are_checked_before_the_handler_runs)
{
	struct answer answer = try_put(as(acme, "ann"), "", "");

	expect_fail(answer, INVALID_ARGUMENT, "INVALID_FIELDS");
	expect_field(answer, "title", "REQUIRED");
	expect_count(0, acme, "sample.note");
}

Test(dispatch, policy_is_checked_again_here)
{
	Sample__EchoTextRequest echo = SAMPLE__ECHO_TEXT_REQUEST__INIT;

	expect_fail(try_put(as_with(acme, "ann", "notes:read"), "x", ""), PERMISSION_DENIED,
		    "PERMISSION_REQUIRED");
	expect_fail(try_put(as_nobody(), "x", ""), UNAUTHENTICATED, "SIGN_IN_REQUIRED");
	expect_ok(try_put(
		as_key(acme, PRINCIPAL_API_KEY, "key", (const char *const[]){"notes:write", NULL}),
		"by key", ""));
	expect_fail(call(as_daemon("tenant", acme), "OnlyAudit", &echo), PERMISSION_DENIED,
		    "CALLER_NOT_ALLOWED");
	expect_ok(call(as_daemon("audit", acme), "OnlyAudit", &echo));
	expect_ok(call(as_admin("root"), "OnlyAdmin", &echo));
	expect_fail(call(as(acme, "ann"), "OnlyAdmin", &echo), PERMISSION_DENIED,
		    "PERMISSION_REQUIRED");
	expect_ok(call(as_session(acme, "visitor"), "OnlySession", &echo));
	expect_fail(call(as_admin("root"), "ListNotes",
			 &(Sample__ListNotesRequest)SAMPLE__LIST_NOTES_REQUEST__INIT),
		    PERMISSION_DENIED, "NO_TENANT");
}

Test(dispatch, an_expired_call_is_dropped_before_any_work)
{
	expect_fail(try_put(with_deadline(as(acme, "ann"), instant_now() - 1), "late", ""),
		    DEADLINE_EXCEEDED, "EXPIRED_IN_QUEUE");
	expect_count(0, acme, "sample.note");
}

Test(dispatch, what_is_not_a_message_is_refused)
{
	struct svc_worker *worker = daemon_worker(daemon_);
	struct svc_route *route = NULL;
	struct principal p = as(acme, "ann")->principal;
	struct svc_answer answer;

	for (size_t i = 0; i < worker->svc->n_routes; i++)
		if (strcmp(worker->svc->routes[i].method->name, "ListNotes") == 0)
			route = &worker->svc->routes[i];
	svc_dispatch(worker,
		     &(struct svc_request){.route = route,
					   .payload = STR("\xff\xff\xff\xff"),
					   .caller = "gateway",
					   .principal = &p,
					   .deadline = instant_now() + SECONDS(5)},
		     &answer);
	cr_assert_eq(answer.status.code, STATUS_INVALID_ARGUMENT);
	cr_assert_str_eq(reason_name(answer.status.reason), "MALFORMED_MESSAGE");
	arena_reset(worker->arena, false);
}

Test(idempotency, a_repeated_request_gets_the_first_answer_and_has_no_second_effect)
{
	const struct caller *ann = with_key(as(acme, "ann"), "key-1");
	const Sample__Note *first = expect_ok(try_put(ann, "once", "b")), *again;
	struct answer second = try_put(ann, "once", "b");

	again = expect_ok(second);
	cr_assert(second.replayed);
	cr_assert_str_eq(first->id, again->id);
	expect_count(1, acme, "sample.note");
	cr_assert_eq(events_out("sample", acme, "note.put"), 1);
}

Test(idempotency, the_same_key_with_another_body_is_refused)
{
	const struct caller *ann = with_key(as(acme, "ann"), "key-1");

	expect_ok(try_put(ann, "one", ""));
	expect_fail(try_put(ann, "two", ""), INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REUSED");
	expect_ok(try_put(with_key(as(acme, "bob"), "key-1"), "two", ""));
	expect_ok(try_put(with_key(as(other, "ann"), "key-1"), "one", ""));
	expect_count(2, acme, "sample.note");
}

Test(idempotency, a_failure_is_not_kept)
{
	const struct caller *ann = with_key(as(acme, "ann"), "key-1");

	put_note(acme, "taken");
	expect_fail(try_put(ann, "taken", ""), ALREADY_EXISTS, "ALREADY_EXISTS");
	expect_ok(try_put(ann, "free", ""));
}

Test(idempotency, a_key_is_forgotten_after_a_day)
{
	const struct caller *ann = with_key(as(acme, "ann"), "key-1");
	instant t = instant_now();

	now_is(t);
	expect_ok(try_put(ann, "day one", ""));
	now_is(t + HOURS(25));
	ann = with_key(as(acme, "ann"), "key-1");
	((struct caller *)ann)->principal.expires_at = t + DAYS(3);
	expect_ok(try_put(ann, "day two", ""));
	expect_count(2, acme, "sample.note");
	expect_count(1, acme, "sample.idempotency");
}

static struct answer put_once(const struct caller *who, const char *title)
{
	Sample__PutNoteRequest request = SAMPLE__PUT_NOTE_REQUEST__INIT;

	request.title = title;
	return call(who, "PutNoteOnce", &request);
}

Test(idempotency, a_manual_method_has_it_in_its_one_effect)
{
	const struct caller *ann = with_key(as(acme, "ann"), "key-1");
	const Sample__Note *first, *again;

	expect_fail(put_once(as(acme, "ann"), "x"), INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REQUIRED");
	first = expect_ok(put_once(ann, "x"));
	again = expect_ok(put_once(ann, "x"));
	cr_assert_str_eq(first->id, again->id);
	expect_fail(put_once(ann, "y"), INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REUSED");
	expect_count(1, acme, "sample.note");
}

Test(idempotency, questions_of_the_effect_leave_with_those_about_the_key)
{
	const struct caller *ann = with_key(as(acme, "ann"), "key-1");

	put_note(acme, "taken");
	/* Reading first takes two flushes; questions, the new note and COMMIT three. */
	fault_arm(FAULT_DB_SEND, 6);
	expect_ok(put_once(ann, "free"));
	cr_assert(fault_is_armed(FAULT_DB_SEND), "a flush too many");
	fault_arm(FAULT_DB_SEND, 0);
	expect_fail(put_once(with_key(ann, "key-2"), "taken"), ALREADY_EXISTS, "ALREADY_EXISTS");
	/* A repeated request is answered before the effect's questions are looked at. */
	cr_assert(put_once(ann, "free").replayed);
	expect_count(2, acme, "sample.note");
}

/* Many at once with one key: one effect; the others replay or hear that it is under way. */
#define RACERS 4
#define ROUNDS 10

struct racer {
	pthread_t thread;
	struct svc_worker *worker;
	const struct caller *who;
	const char *title;
	struct answer answer;
};

static void *race(void *arg)
{
	struct racer *racer = arg;
	Sample__PutNoteRequest request = SAMPLE__PUT_NOTE_REQUEST__INIT;

	request.title = racer->title;
	racer->answer = call_on(racer->worker, racer->who, "PutNote", &request);
	return NULL;
}

Test(idempotency, of_many_at_once_one_has_the_effect)
{
	struct racer racers[RACERS];
	char key[32];

	for (int i = 0; i < RACERS; i++)
		racers[i].worker = worker_new(daemon_);
	for (int round = 0; round < ROUNDS; round++) {
		snprintf(key, sizeof key, "race-%d", round);
		for (int i = 0; i < RACERS; i++) {
			racers[i].who = with_key(as(acme, "ann"), key);
			racers[i].title = key;
		}
		for (int i = 0; i < RACERS; i++)
			pthread_create(&racers[i].thread, NULL, race, &racers[i]);
		for (int i = 0; i < RACERS; i++)
			pthread_join(racers[i].thread, NULL);
		for (int i = 0; i < RACERS; i++)
			if (is_failed(racers[i].answer.status))
				expect_fail(racers[i].answer, ABORTED, "IDEMPOTENCY_IN_FLIGHT");
		expect_count(round + 1, acme, "sample.note");
	}
	for (int i = 0; i < RACERS; i++)
		svc_worker_free(&racers[i].worker);
}

Test(idempotency, what_is_stored_is_sealed_and_bound_to_its_row)
{
	const struct caller *ann = with_key(as(acme, "ann"), "key-1");
	char tenant[UUID_TEXT];

	expect_ok(try_put(ann, "canary-title", "canary-body"));
	uuid_format(tenant, acme);
	cr_assert_eq(
		test_count("SELECT count(*) FROM sample.idempotency WHERE tenant_id = '%s' AND "
			   "position('canary'::bytea in response) > 0",
			   tenant),
		0);
	test_sql("UPDATE sample.idempotency SET key = 'key-2' WHERE tenant_id = '%s'", tenant);
	expect_fail(try_put(with_key(as(acme, "ann"), "key-2"), "canary-title", "canary-body"),
		    DATA_LOSS, "STORED_ANSWER");
}

struct counter {
	pthread_t thread;
	struct svc_worker *worker;
	const struct caller *who;
	int counted;
};

#define COUNTS 40

static void *count_up(void *arg)
{
	struct counter *counter = arg;
	Sample__CountUpRequest request = SAMPLE__COUNT_UP_REQUEST__INIT;

	while (counter->counted < COUNTS) {
		struct answer answer = call_on(counter->worker, counter->who, "CountUp", &request);

		if (is_ok(answer.status))
			counter->counted++;
		else
			expect_fail(answer, ABORTED, "SERIALIZATION_FAILURE");
	}
	return NULL;
}

Test(retry, what_cannot_be_serialized_is_run_again_and_nothing_is_lost)
{
	struct counter counters[3] = {};
	char tenant[UUID_TEXT];

	for (int i = 0; i < 3; i++) {
		counters[i].worker = worker_new(daemon_);
		counters[i].who = as(acme, "ann");
		pthread_create(&counters[i].thread, NULL, count_up, &counters[i]);
	}
	for (int i = 0; i < 3; i++) {
		pthread_join(counters[i].thread, NULL);
		svc_worker_free(&counters[i].worker);
	}
	uuid_format(tenant, acme);
	cr_assert_eq(test_count("SELECT value FROM sample.counter WHERE tenant_id = '%s'", tenant),
		     3L * COUNTS);
	/* Three at once on one row: some must have met. */
	cr_assert_gt(metric_value(daemon_svc(daemon_)->retries), 0);
}

Test(privacy, protected_values_are_never_logged_and_secrets_never_stored)
{
	Sample__PutNoteRequest request = SAMPLE__PUT_NOTE_REQUEST__INIT;
	char tenant[UUID_TEXT];

	request.title = "plain";
	request.body = "canary-phi";
	request.secret = "canary-secret";
	expect_ok(call(with_key(as(acme, "ann"), "k"), "PutNote", &request));
	expect_fail(call(as(acme, "ann"), "PutNote", &request), ALREADY_EXISTS, "ALREADY_EXISTS");
	cr_assert_null(strstr(logged(), "canary-"), "%s", logged());
	uuid_format(tenant, acme);
	cr_assert_eq(test_count("SELECT count(*) FROM sample.outbox WHERE tenant_id = '%s' AND "
				"position('canary-'::bytea in payload) > 0",
				tenant),
		     0);
}

/* Is the text anywhere in what the arena held? */
static bool holds(const char *memory, size_t len, const char *text)
{
	return memmem(memory, len, text, strlen(text)) != NULL;
}

Test(privacy, the_arena_of_a_method_with_secrets_is_wiped)
{
	struct svc_worker *worker = daemon_worker(daemon_);
	const char *start = arena_alloc(worker->arena, 1);
	Sample__PutNoteRequest request = SAMPLE__PUT_NOTE_REQUEST__INIT;

	arena_reset(worker->arena, true);
	request.title = "plain";
	request.secret = "canary-secret";
	expect_ok(call(as(acme, "ann"), "PutNote", &request));
	/* The first chunk of an arena stays for the next call. */
	cr_assert_not(holds(start, 8192, "canary-secret"));
}
