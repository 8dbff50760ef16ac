/* Sessions from the first question to the outcome. */
#include <stdio.h>

#include "world.h"

TEST_DATABASE
TestSuite(session, .init = world_start, .fini = world_stop, .timeout = 120);

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

Test(session, starts_with_the_first_questions_in_its_language_and_no_rules)
{
	struct a_program program = a_program();
	const Consumer__StartSessionResponse *started =
		expect_ok(try_start(program.public_id, "es-MX"));
	const char *questions = text_of(started->session->questions);

	cr_assert_str_eq(started->session->locale, "es-US");
	cr_assert(has(questions, "age en espa"), "%s", questions);
	cr_assert(has(questions, "{\"code\":\"F\",\"text\":\"F en"), "%s", questions);
	cr_assert(!has(questions, "pregnant") && !has(questions, "show_if"));
	cr_assert_eq(started->session->status, CONSUMER__SESSION_STATUS__OPEN);
	cr_assert_eq(started->session->progress_percent, 0);
	cr_assert(strncmp(started->session_token, "ses_", 4) == 0);
	cr_assert_eq(events_out("consumer", acme, "session.started"), 1);
}

Test(session, without_a_locale_it_takes_the_language_that_the_client_accepts)
{
	static const struct {
		const char *accept_language, *locale;
	} cases[] = {
		{"es-US", "es-US"},
		{"es", "es-US"},
		{"fr-CA, es;q=0.4, en;q=0.3", "es-US"},
		{"en;q=0.2,ES-mx;Q=0.9", "es-US"},
		{"en, es", "en-US"},
		{"es;q=0, en;q=0.1", "en-US"},
		{"es;q=2, es;level=1, es;q=0.1234, es;q=x", "en-US"},
		{"fr, *", "en-US"},
		{" , ;q=1,,", "en-US"},
		{"", "en-US"},
	};
	struct a_program program = a_program();
	Consumer__Session asked = CONSUMER__SESSION__INIT;
	Consumer__StartSessionRequest start = CONSUMER__START_SESSION_REQUEST__INIT;

	asked.program_id = program.public_id;
	start.session = &asked;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const Consumer__StartSessionResponse *started =
			expect_ok(ask(with_languages(as_nobody(), cases[i].accept_language),
				      "StartSession", &start));

		cr_expect_str_eq(started->session->locale, cases[i].locale, "%s",
				 cases[i].accept_language);
	}
	asked.locale = "en";
	cr_assert_str_eq(((const Consumer__StartSessionResponse *)expect_ok(
				  ask(with_languages(as_nobody(), "es"), "StartSession", &start)))
				 ->session->locale,
			 "en-US");
}

Test(session, starts_by_the_public_id_of_a_program_and_by_its_id)
{
	struct a_program program = a_program();
	const Consumer__StartSessionResponse *by_public_id, *by_id;
	struct visitor visitor;

	by_public_id = expect_ok(try_start(program.public_id, ""));
	by_id = expect_ok(try_start(program.id, ""));
	cr_assert_str_eq(by_public_id->session->program_id, program.id);
	cr_assert_str_eq(by_id->session->program_id, program.id);
	/* A code asks program again, by what the session keeps. */
	visitor = started(try_start(program.id, "en-US"));
	put(&visitor, GOOD_ANSWERS);
	complete(&visitor);
	expect_ok(try_issue(visitor.who, visitor.id, "k", ""));
	expect_fail(try_start("0198c0de-0000-7000-8000-000000000000", ""), NOT_FOUND,
		    "PROGRAM_NOT_FOUND");
	pause_program(&program);
	expect_fail(try_start(program.id, ""), FAILED_PRECONDITION, "PROGRAM_NOT_ACTIVE");
}

Test(session, needs_a_program_that_is_there_and_active)
{
	struct a_program program = a_program();

	expect_fail(try_start("nosuchprogram", ""), NOT_FOUND, "PROGRAM_NOT_FOUND");
	pause_program(&program);
	expect_fail(try_start(program.public_id, ""), FAILED_PRECONDITION, "PROGRAM_NOT_ACTIVE");
	expect_count(0, acme, "consumer.session");
}

Test(session, keeps_one_copy_of_its_screener_and_stays_with_its_version)
{
	struct a_program program = a_program();
	struct visitor early = a_visitor(&program), late;
	const char *hash =
		((const Consumer__Session *)expect_ok(try_get(early.who, early.id)))->screener_hash;

	a_visitor(&program);
	expect_count(1, acme, "consumer.screener_copy");
	publish_again(&program);
	late = a_visitor(&program);
	expect_count(2, acme, "consumer.screener_copy");
	cr_assert_str_eq(put(&early, "{\"age\":40}")->screener_hash, hash);
	cr_assert_str_neq(put(&late, "{\"age\":40}")->screener_hash, hash);
	cr_assert(!has(text_of(put(&early, "{}")->questions), "second edition"));
	cr_assert(has(text_of(put(&late, "{}")->questions), "second edition"));
}

Test(session, merges_answers_digit_for_digit_and_null_takes_one_back)
{
	struct a_program program = a_program();
	struct visitor visitor = a_visitor(&program);
	const Consumer__Session *session;

	session = put(&visitor, "{\"age\":50,\"weight\":70.10}");
	cr_assert_str_eq(text_of(session->answers), "{\"age\":50,\"weight\":70.10}");
	session = put(&visitor, "{\"sex\":\"F\",\"age\":51}");
	cr_assert_str_eq(text_of(session->answers), "{\"age\":51,\"weight\":70.10,\"sex\":\"F\"}");
	cr_assert(has(text_of(session->questions), "pregnant in English"));
	session = put(&visitor, "{\"weight\":null}");
	cr_assert_str_eq(text_of(session->answers), "{\"age\":51,\"sex\":\"F\"}");
	cr_assert_eq(session->progress_percent, 40);
	/* The same again changes and logs nothing. */
	put(&visitor, "{\"age\":51,\"weight\":null}");
	expect_count(3, acme, "consumer.answer_change");
	expect_count(1, acme, "consumer.answer_change WHERE items = '{sex,age}'");
	cr_assert_eq(events_out("consumer", acme, "session.answered"), 3);
}

Test(session, refuses_questions_that_the_screener_does_not_have)
{
	struct a_program program = a_program();
	struct visitor visitor = a_visitor(&program);
	struct answer answer = try_put(visitor.who, visitor.id, "{\"age\":50,\"shoe\":44}");

	expect_fail(answer, INVALID_ARGUMENT, "INVALID_ANSWERS");
	expect_field(answer, "answers.shoe", "UNKNOWN_ITEM");
	expect_count(0, acme, "consumer.answer_change");
	expect_fail(try_put(visitor.who, visitor.id, "{\"age\":1,\"age\":2}"), INVALID_ARGUMENT,
		    "ANSWERS_NOT_JSON");
	expect_fail(try_put(visitor.who, visitor.id, "[1]"), INVALID_ARGUMENT, "ANSWERS_NOT_JSON");
}

Test(session, refuses_more_answers_than_it_keeps)
{
	struct a_program program = a_program();
	struct visitor visitor = a_visitor(&program);
	static char big[70000];

	snprintf(big, sizeof big, "{\"note\":\"%066000d\"}", 7);
	expect_field(try_put(visitor.who, visitor.id, big), "answers", "TOO_LONG");
	snprintf(big, sizeof big, "{\"note\":\"%040000d\"}", 7);
	put(&visitor, big);
	snprintf(big, sizeof big, "{\"sex\":\"%040000d\"}", 7);
	expect_fail(try_put(visitor.who, visitor.id, big), INVALID_ARGUMENT, "ANSWERS_TOO_LARGE");
}

Test(session, reports_answers_that_do_not_fit_when_it_is_completed)
{
	struct a_program program = a_program();
	struct visitor visitor = a_visitor(&program);
	struct answer answer;

	put(&visitor, "{\"age\":500,\"sex\":\"M\"}");
	answer = try_complete(visitor.who, visitor.id);
	expect_fail(answer, INVALID_ARGUMENT, "INVALID_ANSWERS");
	expect_field(answer, "answers.age", "RANGE_MAX");
	expect_count(0, acme, "consumer.attempt");
	put(&visitor, "{\"age\":50}");
	cr_assert_str_eq(complete(&visitor)->outcome->id, "ok");
}

Test(session, completes_once_and_answers_the_same_when_asked_again)
{
	struct a_program program = a_program();
	struct visitor visitor = a_visitor(&program);
	struct answer first, second;
	const Consumer__Session *done;

	put(&visitor, "{\"age\":80,\"sex\":\"M\"}");
	first = try_complete(visitor.who, visitor.id);
	second = try_complete(visitor.who, visitor.id);
	done = expect_ok(first);
	expect_ok(second);
	cr_assert(str_eq(first.wire, second.wire));
	cr_assert_str_eq(done->outcome->id, "ask_doctor");
	cr_assert_str_eq(done->outcome->title, "ask in English");
	cr_assert_str_eq(done->outcome->reasons[0], "age");
	cr_assert_str_eq(done->outcome->reason_texts[0], "of age in English");
	cr_assert(!done->outcome->may_issue_code);
	expect_count(1, acme, "consumer.attempt");
	cr_assert_eq(events_out("consumer", acme, "session.completed"), 1);
}

Test(session, gives_no_code_while_a_safety_answer_is_unknown)
{
	struct a_program program = a_program();
	struct visitor visitor = a_visitor(&program);
	const Consumer__Session *done;

	put(&visitor, "{\"age\":50,\"sex\":\"F\"}");
	done = expect_ok(try_end_unfinished(visitor.who, visitor.id));
	cr_assert_str_eq(done->outcome->id, "ask_doctor");
	cr_assert(!done->outcome->may_issue_code);
	expect_fail(try_issue(visitor.who, visitor.id, "k", ""), FAILED_PRECONDITION,
		    "NOT_ELIGIBLE");
	expect_count(0, acme, "consumer.code");
}

Test(session, without_attempts_lets_its_answers_stand)
{
	struct a_program program = a_program();
	struct visitor visitor = an_eligible_visitor(&program);

	expect_fail(try_put(visitor.who, visitor.id, "{\"age\":51}"), FAILED_PRECONDITION,
		    "SESSION_COMPLETED");
	put(&visitor, GOOD_ANSWERS);
	expect_count(1, acme, "consumer.session WHERE status = 'completed'");
}

Test(session, takes_as_many_attempts_as_its_screener_allows)
{
	struct a_program program =
		a_program(.attempts = "\"attempts\":{\"max\":2,\"window\":\"PT1H\"},");
	struct visitor visitor = a_visitor(&program);
	instant now = instant_now();

	now_is(now);
	put(&visitor, "{\"age\":80,\"sex\":\"M\"}");
	complete(&visitor);
	cr_assert_eq(put(&visitor, "{\"age\":70}")->status, CONSUMER__SESSION_STATUS__OPEN);
	cr_assert_str_eq(complete(&visitor)->outcome->id, "ok");
	put(&visitor, "{\"age\":71}");
	expect_fail(try_complete(visitor.who, visitor.id), FAILED_PRECONDITION, "ATTEMPT_LIMIT");
	now_is(now + HOURS(1));
	complete(&visitor);
	expect_count(3, acme, "consumer.attempt");
}

Test(session, refuses_a_change_where_its_screener_says_so)
{
	struct a_program program =
		a_program(.attempts = "\"attempts\":{\"max\":2,\"window\":\"P1D\","
				      "\"change_after_outcome\":\"refuse\"},");
	struct visitor visitor = an_eligible_visitor(&program);

	expect_fail(try_put(visitor.who, visitor.id, "{\"age\":51}"), FAILED_PRECONDITION,
		    "SESSION_COMPLETED");
}

Test(session, ends_after_a_day)
{
	struct a_program program = a_program();
	struct visitor visitor = a_visitor(&program);
	const Consumer__Session *session;

	now_is(instant_now() + HOURS(25));
	expect_fail(try_get(visitor.who, visitor.id), FAILED_PRECONDITION, "SESSION_EXPIRED");
	expect_fail(try_put(visitor.who, visitor.id, "{}"), FAILED_PRECONDITION, "SESSION_EXPIRED");
	expect_fail(try_complete(visitor.who, visitor.id), FAILED_PRECONDITION, "SESSION_EXPIRED");
	expect_fail(try_issue(visitor.who, visitor.id, "k", ""), FAILED_PRECONDITION,
		    "SESSION_EXPIRED");
	session = expect_ok(try_get(staff(), visitor.id));
	cr_assert_eq(session->status, CONSUMER__SESSION_STATUS__EXPIRED);
}

Test(session, of_a_suspended_tenant_goes_on_only_after_the_resumption)
{
	struct a_program program = a_program();
	struct visitor visitor = a_visitor(&program);

	standing_is(consumer, acme, "suspended", 2);
	expect_fail(try_get(visitor.who, visitor.id), PERMISSION_DENIED, "TENANT_SUSPENDED");
	standing_is(consumer, acme, "active", 3);
	expect_ok(try_get(visitor.who, visitor.id));
}

Test(session, does_not_start_in_a_program_of_a_suspended_tenant)
{
	struct a_program program = a_program();

	standing_is(program_daemon_of_world(), acme, "suspended", 2);
	expect_fail(try_start(program.public_id, ""), FAILED_PRECONDITION, "PROGRAM_NOT_ACTIVE");
	standing_is(program_daemon_of_world(), acme, "active", 3);
	expect_ok(try_start(program.public_id, ""));
}
