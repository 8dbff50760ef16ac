/* Issuing codes. */
#include <aegis/event/v1/event.aegis.h>

#include <pthread.h>

#include "base/encoding.h"
#include "crypto/code32.h"
#include "crypto/keyring.h"
#include "crypto/seal.h"
#include "support/svc_test_internal.h"
#include "svc/internal.h"
#include "world.h"

TEST_DATABASE
TestSuite(code, .init = world_start, .fini = world_stop, .timeout = 120);

Test(code, is_shown_once_and_kept_as_a_hash)
{
	struct a_program program = a_program();
	struct visitor visitor = an_eligible_visitor(&program);
	const Consumer__IssueCodeResponse *issued;
	const Consumer__Session *session;
	char canonical[CODE_TEXT];

	now_is(instant_now());
	issued = expect_ok(try_issue(visitor.who, visitor.id, "k", ""));
	cr_assert(code_parse(str_of(issued->code), canonical));
	cr_assert_eq(strlen(issued->code), CODE_SHOWN - 1);
	cr_assert_str_eq(issued->code_class, "retail");
	expect_count(1, acme,
		     "consumer.code WHERE length(code_hash) = 32 AND expires_at - created_at = '7 "
		     "days'");
	session = expect_ok(try_get(visitor.who, visitor.id));
	cr_assert(session->code_issued);
	/* Nobody wants a mail: the audit log alone hears of it. */
	cr_assert_eq(events_out("consumer", acme, "code.issued"), 1);
}

Test(code, needs_an_idempotency_key_and_gives_the_same_answer_for_it)
{
	struct a_program program = a_program();
	struct visitor visitor = an_eligible_visitor(&program);
	const Consumer__IssueCodeResponse *first, *again;
	struct answer answer;

	expect_fail(try_issue(visitor.who, visitor.id, NULL, ""), INVALID_ARGUMENT,
		    "IDEMPOTENCY_KEY_REQUIRED");
	first = expect_ok(try_issue(visitor.who, visitor.id, "k", ""));
	answer = try_issue(visitor.who, visitor.id, "k", "");
	again = expect_ok(answer);
	cr_assert(answer.replayed);
	cr_assert_str_eq(first->code, again->code);
	expect_fail(try_issue(visitor.who, visitor.id, "k", "other@example.org"), INVALID_ARGUMENT,
		    "IDEMPOTENCY_KEY_REUSED");
	expect_fail(try_issue(visitor.who, visitor.id, "k2", ""), ALREADY_EXISTS,
		    "CODE_ALREADY_ISSUED");
	expect_count(1, acme, "consumer.code");
	cr_assert_eq(events_out("consumer", acme, "code.issued"), 1);
}

Test(code, comes_only_after_an_outcome_that_allows_it)
{
	struct a_program program = a_program();
	struct visitor visitor = a_visitor(&program);

	put(&visitor, "{\"age\":50,\"sex\":\"F\",\"pregnant\":true}");
	expect_fail(try_issue(visitor.who, visitor.id, "k", ""), FAILED_PRECONDITION,
		    "NOT_COMPLETED");
	complete(&visitor);
	expect_fail(try_issue(visitor.who, visitor.id, "k", ""), FAILED_PRECONDITION,
		    "NOT_ELIGIBLE");
	expect_count(0, acme, "consumer.budget");
}

Test(code, is_not_issued_while_the_program_is_paused)
{
	struct a_program program = a_program();
	struct visitor early = an_eligible_visitor(&program), late = an_eligible_visitor(&program);

	expect_ok(try_issue(early.who, early.id, "k", ""));
	pause_program(&program);
	expect_fail(try_issue(late.who, late.id, "k", ""), FAILED_PRECONDITION,
		    "PROGRAM_NOT_ACTIVE");
	/* A lost answer can still be had. */
	cr_assert(try_issue(early.who, early.id, "k", "").replayed);
	expect_count(1, acme, "consumer.code");
}

static instant expiry_of(const Consumer__IssueCodeResponse *issued)
{
	return SECONDS(issued->expires_at->seconds) + issued->expires_at->nanos / 1000;
}

Test(code, never_outlives_its_program_unless_the_program_lets_it)
{
	Program__Program changed = PROGRAM__PROGRAM__INIT;
	struct a_program program = a_program();
	struct visitor visitor = an_eligible_visitor(&program), patient;
	const Consumer__IssueCodeResponse *issued;
	instant now = instant_now(), end;
	char day[DATE_TEXT];

	patient = an_eligible_visitor(&program);
	date_format(day, date_of_instant(now) + 1);
	changed.ends_on = day;
	changed.redeem_after_end = true;
	change_program(&program, "ends_on", &changed);
	issued = expect_ok(try_issue(visitor.who, visitor.id, "k", ""));
	/* Midnight in New York, where the program is. */
	end = DAYS(date_of_instant(now) + 2);
	cr_assert(expiry_of(issued) == end + HOURS(4) || expiry_of(issued) == end + HOURS(5));
	change_program(&program, "redeem_after_end", &changed);
	issued = expect_ok(try_issue(patient.who, patient.id, "k", ""));
	cr_assert_gt(expiry_of(issued), now + DAYS(7) - MINUTES(1));
}

static struct answer try_issue_in(const struct a_program *program, const char *answers)
{
	struct visitor visitor = a_visitor(program);

	put(&visitor, answers);
	cr_assert(complete(&visitor)->outcome->may_issue_code);
	return try_issue(visitor.who, visitor.id, "k", "");
}

Test(code, comes_only_for_a_state_that_the_program_serves)
{
	struct a_program program = a_program(.state = "TX");

	expect_ok(try_issue_in(&program, "{\"age\":50,\"sex\":\"M\",\"home\":\"TX\"}"));
	expect_fail(try_issue_in(&program, "{\"age\":50,\"sex\":\"M\",\"home\":\"NY\"}"),
		    FAILED_PRECONDITION, "STATE_NOT_SERVED");
	/* Unanswered, and answered before the question was hidden, is unknown. */
	expect_fail(try_issue_in(&program, GOOD_ANSWERS), FAILED_PRECONDITION, "STATE_NOT_SERVED");
	expect_fail(try_issue_in(&program, "{\"age\":72,\"sex\":\"M\",\"home\":\"TX\"}"),
		    FAILED_PRECONDITION, "STATE_NOT_SERVED");
	expect_count(1, acme, "consumer.code");
	expect_count(1, acme, "consumer.budget WHERE issued = 1");
}

Test(code, ends_with_the_budget_of_its_program)
{
	struct a_program program = a_program(.budget = 2);
	struct visitor visitor;

	a_code(&program);
	a_code(&program);
	visitor = an_eligible_visitor(&program);
	expect_fail(try_issue(visitor.who, visitor.id, "k", ""), FAILED_PRECONDITION,
		    "CODE_BUDGET_EXHAUSTED");
	expect_count(1, acme, "consumer.budget WHERE issued = 2");
	expect_count(2, acme, "consumer.code");
}

#define THREADS 12

struct issuer {
	pthread_t thread;
	struct svc_worker *worker;
	const struct caller *who;
	Consumer__IssueCodeRequest request;
	struct status status;
};

static void *run_issuer(void *arg)
{
	struct issuer *issuer = arg;

	issuer->status = call_on(issuer->worker, issuer->who, "IssueCode", &issuer->request).status;
	return NULL;
}

/* All at once; how many got a code, and that the others were told why. */
static unsigned race(const struct visitor *visitors, const char *refusal)
{
	struct issuer issuers[THREADS];
	unsigned won = 0;

	for (unsigned i = 0; i < THREADS; i++) {
		issuers[i] = (struct issuer){
			.worker = worker_new(consumer),
			.who = with_key(visitors[i].who,
					arena_printf(test_world.arena, "race-%u", i)),
			.request = CONSUMER__ISSUE_CODE_REQUEST__INIT,
		};
		issuers[i].request.id = visitors[i].id;
	}
	for (unsigned i = 0; i < THREADS; i++)
		cr_assert_eq(pthread_create(&issuers[i].thread, NULL, run_issuer, &issuers[i]), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(issuers[i].thread, NULL);
		svc_worker_free(&issuers[i].worker);
		if (is_ok(issuers[i].status))
			won++;
		else
			cr_assert_str_eq(reason_name(issuers[i].status.reason), refusal);
	}
	return won;
}

Test(code, budget_holds_when_all_come_at_once)
{
	struct a_program program = a_program(.budget = 5);
	struct visitor visitors[THREADS];

	for (unsigned i = 0; i < THREADS; i++)
		visitors[i] = an_eligible_visitor(&program);
	cr_assert_eq(race(visitors, "CODE_BUDGET_EXHAUSTED"), 5);
	expect_count(5, acme, "consumer.code");
}

Test(code, is_issued_once_when_one_session_asks_many_times_at_once)
{
	struct a_program program = a_program(.budget = 50);
	struct visitor visitor = an_eligible_visitor(&program), visitors[THREADS];

	for (unsigned i = 0; i < THREADS; i++)
		visitors[i] = visitor;
	cr_assert_eq(race(visitors, "CODE_ALREADY_ISSUED"), 1);
	expect_count(1, acme, "consumer.code");
	expect_count(1, acme, "consumer.budget WHERE issued = 1");
}

/* The event as notification gets it. */
static Event__Event *mailed_event(void)
{
	const char *hex = test_value("SELECT encode(payload, 'hex') FROM consumer.outbox "
				     "WHERE subscriber = 'notification' AND topic = 'code.issued' "
				     "ORDER BY seq DESC LIMIT 1");
	size_t len = strlen(hex) / 2;
	uint8_t *bytes = arena_alloc(test_world.arena, len);

	cr_assert(hex_decode(bytes, len, str_of(hex)));
	return event__event__unpack(NULL, len, bytes);
}

Test(code, is_mailed_sealed_to_notification_alone)
{
	struct a_program program = a_program();
	struct visitor visitor = an_eligible_visitor(&program);
	const Consumer__IssueCodeResponse *issued =
		expect_ok(try_issue(visitor.who, visitor.id, "k", "pat@example.org"));
	Event__Event *event = mailed_event();
	Event__SealedMail *mail;
	struct keyring *ring;
	struct str plain;

	cr_assert_eq(event->payload_case, EVENT__EVENT__PAYLOAD_CODE_ISSUED);
	cr_assert_str_eq(event->code_issued->session_id, visitor.id);
	cr_assert(is_ok(keyring_open(test_world.secrets, "notification", &ring)));
	cr_assert(seal_open_private(test_world.arena, keyring_newest(ring, KEY_SEAL)->bytes,
				    (struct str){(char *)event->code_issued->sealed.data,
						 event->code_issued->sealed.len},
				    &plain));
	mail = event__sealed_mail__unpack(NULL, plain.len, (const uint8_t *)plain.ptr);
	cr_assert_str_eq(mail->template_, "code");
	cr_assert_str_eq(mail->to, "pat@example.org");
	cr_assert_eq(mail->n_values, 3);
	cr_assert_str_eq(mail->values[0]->key, "code");
	cr_assert_str_eq(mail->values[0]->value, issued->code);
	cr_assert_str_eq(mail->values[1]->value, "Statin savings");
	event__sealed_mail__free_unpacked(mail, NULL);
	event__event__free_unpacked(event, NULL);
	keyring_free(&ring);
	cr_assert_eq(test_count("SELECT count(*) FROM consumer.outbox WHERE topic = 'code.issued' "
				"AND subscriber = 'audit' AND length(payload) > 900"),
		     0);
}
