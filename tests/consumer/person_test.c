/* Attempts of one person over several sessions. */
#include <pthread.h>

#include "consumer/queries.h"
#include "support/svc_test_internal.h"
#include "world.h"

TEST_DATABASE
TestSuite(person, .init = world_start, .fini = world_stop, .timeout = 120);

#define TWICE_IN_A_MONTH "\"attempts\":{\"max\":2,\"window\":\"P30D\"},"
#define TOO_OLD		 "{\"age\":80,\"sex\":\"M\"}"

static struct a_program by_email(void)
{
	return a_program(.attempts = TWICE_IN_A_MONTH,
			 .attempts_by = PROGRAM__ATTEMPTS_BY__ATTEMPTS_BY_EMAIL);
}

static struct answer attempt_of(const struct a_program *program, const char *email,
				const char *reference)
{
	struct visitor visitor = started(try_start_as(program, email, reference));

	put(&visitor, TOO_OLD);
	return try_complete(visitor.who, visitor.id);
}

Test(person, attempts_are_counted_over_sessions_in_the_window)
{
	struct a_program program = by_email();
	instant now = instant_now();

	now_is(now);
	expect_ok(attempt_of(&program, "ann@example.org", NULL));
	now_is(now + DAYS(10));
	expect_ok(attempt_of(&program, "ann@example.org", NULL));
	now_is(now + DAYS(29));
	expect_fail(attempt_of(&program, "Ann@Example.ORG", NULL), FAILED_PRECONDITION,
		    "ATTEMPT_LIMIT");
	expect_ok(attempt_of(&program, "bob@example.org", NULL));
	/* The first attempt is out of the window. */
	now_is(now + DAYS(31));
	expect_ok(attempt_of(&program, "ann@example.org", NULL));
	expect_fail(attempt_of(&program, "ann@example.org", NULL), FAILED_PRECONDITION,
		    "ATTEMPT_LIMIT");
	expect_count(2, acme, "consumer.person");
}

Test(person, attempts_are_counted_by_a_partners_reference)
{
	struct a_program program =
		a_program(.attempts = TWICE_IN_A_MONTH,
			  .attempts_by = PROGRAM__ATTEMPTS_BY__ATTEMPTS_BY_REFERENCE);

	expect_ok(attempt_of(&program, NULL, "patient-7"));
	expect_ok(attempt_of(&program, NULL, "patient-7"));
	expect_fail(attempt_of(&program, NULL, "patient-7"), FAILED_PRECONDITION, "ATTEMPT_LIMIT");
	expect_ok(attempt_of(&program, NULL, "Patient-7"));
}

Test(person, attempts_in_one_program_do_not_count_in_another)
{
	struct a_program one = by_email(), two = by_email();

	for (int i = 0; i < 2; i++)
		expect_ok(attempt_of(&one, "ann@example.org", NULL));
	expect_ok(attempt_of(&two, "ann@example.org", NULL));
	expect_count(2, acme, "consumer.person");
	cr_assert_eq(test_count("SELECT count(DISTINCT key_hash) FROM consumer.person "
				"WHERE program_id IN ('%s', '%s')",
				one.id, two.id),
		     2, "one person has the same hash in two programs");
}

Test(person, is_named_in_the_way_the_program_counts_by_and_in_no_other)
{
	struct a_program email = by_email(), anonymous = a_program();
	struct answer answer;

	answer = try_start_as(&email, NULL, NULL);
	expect_fail(answer, INVALID_ARGUMENT, "INVALID_FIELDS");
	expect_field(answer, "email", "REQUIRED");
	answer = try_start_as(&email, "ann@example.org", "patient-7");
	expect_field(answer, "reference", "NOT_USED");
	answer = try_start_as(&anonymous, "ann@example.org", NULL);
	expect_field(answer, "email", "NOT_USED");
	expect_count(0, acme, "consumer.session");
}

Test(person, has_a_name_that_is_readable_in_no_table_event_or_log_line)
{
	struct a_program program = by_email();

	expect_ok(attempt_of(&program, "canary-name@example.org", NULL));
	for (const char *const *table = (const char *const[]){"session", "person", "attempt",
							      "outbox", "answer_change", NULL};
	     *table; table++)
		cr_assert_eq(test_count("SELECT count(*) FROM consumer.%s t "
					"WHERE position('canary-name' IN t::text) > 0",
					*table),
			     0, "in %s", *table);
	cr_assert_eq(test_count("SELECT count(*) FROM consumer.outbox WHERE position("
				"convert_to('canary-name', 'UTF8') IN payload) > 0"),
		     0);
	cr_assert(!strstr(logged(), "canary-name"));
}

struct racer {
	struct svc_worker *worker;
	struct visitor visitor;
	struct status status;
};

static void *complete_in_thread(void *arg)
{
	Consumer__CompleteSessionRequest request = CONSUMER__COMPLETE_SESSION_REQUEST__INIT;
	struct racer *racer = arg;

	request.id = racer->visitor.id;
	racer->status =
		call_on(racer->worker, racer->visitor.who, "CompleteSession", &request).status;
	return NULL;
}

#define RACERS 6

Test(person, sessions_completed_at_once_pass_no_limit)
{
	struct a_program program = by_email();
	struct racer racers[RACERS] = {};
	pthread_t threads[RACERS];
	int passed = 0;

	for (int i = 0; i < RACERS; i++) {
		racers[i].worker = worker_new(consumer);
		racers[i].visitor = started(try_start_as(&program, "ann@example.org", NULL));
		put(&racers[i].visitor, TOO_OLD);
	}
	for (int i = 0; i < RACERS; i++)
		pthread_create(&threads[i], NULL, complete_in_thread, &racers[i]);
	for (int i = 0; i < RACERS; i++) {
		pthread_join(threads[i], NULL);
		passed += is_ok(racers[i].status);
		cr_expect(is_ok(racers[i].status) ||
				  racers[i].status.reason == REASON_ATTEMPT_LIMIT,
			  "%s", reason_name(racers[i].status.reason));
		svc_worker_free(&racers[i].worker);
	}
	cr_assert_eq(passed, 2);
	expect_count(2, acme, "consumer.attempt");
}
