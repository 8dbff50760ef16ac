/* Calls that ask the same in one turn of the loop are one question. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>

#include "cache/gcra.h"
#include "cache/redis_stand.h"

TestSuite(joined, .init = redis_stand_up, .fini = redis_stand_down);

/* What n askers of one turn are told, in their order. */
struct told {
	int n;
	struct cache_verdict verdicts[64];
};

static void note(void *arg, const struct cache_verdict *verdict)
{
	struct told *told = arg;

	told->verdicts[told->n++] = *verdict;
}

static void ask_and_note(const struct cache_check *check, int n, struct told *told)
{
	instant give_up = instant_monotonic() + SECONDS(10);

	for (int i = 0; i < n; i++)
		cr_assert(is_ok(cache_check(cache, check, note, told)));
	while (told->n < n) {
		cr_assert_lt(instant_monotonic(), give_up);
		turn();
	}
}

Test(joined, the_same_question_of_one_turn_is_one_script)
{
	struct cache_check check = a_check(ann, READ);
	struct answer answer = {};
	long before;

	(void)ask(&check);
	before = scripts_run();
	ask_often(&check, 7, &answer);
	cr_assert_eq(answer.n, 0, "nobody is answered before the turn's end");
	wait_for(&answer, 7);
	cr_assert_eq(scripts_run() - before, 1);
	cr_assert_eq(answer.allowed, 7);
	cr_assert_eq(ask(&check).remaining, 1, "each of them has paid");
}

Test(joined, a_later_turn_asks_anew)
{
	struct cache_check check = a_check(ann, READ);
	struct answer answer = {};
	long before;

	(void)ask(&check);
	before = scripts_run();
	ask_often(&check, 1, &answer);
	cache_flush(cache);
	ask_often(&check, 1, &answer);
	wait_for(&answer, 2);
	cr_assert_eq(scripts_run() - before, 2);
}

Test(joined, as_many_pass_as_there_is_room_for)
{
	struct cache_check check = a_check(ann, READ);
	struct told told = {};

	(void)ask(&check);
	ask_and_note(&check, 30, &told);
	for (int i = 0; i < 30; i++) {
		cr_assert_eq(told.verdicts[i].allowed, i < 9, "asker %d", i);
		cr_assert_eq(told.verdicts[i].remaining, i < 9 ? 8 - (unsigned)i : 0, "asker %d",
			     i);
	}
	cr_assert(told.verdicts[29].retry_ms > 50000 && told.verdicts[29].retry_ms <= 60000);
	cr_assert_not(ask(&check).allowed);
}

Test(joined, a_refusal_by_one_limit_takes_nothing_from_the_other)
{
	struct cache_check both = a_check(ann, READ);
	struct cache_check only_ann = both;
	struct answer answer = {};

	both.n_limits = 2;
	both.limits[1] = all((struct cache_rate){.per_minute = 1, .burst = 20, .cost = 6});
	ask_often(&both, 8, &answer);
	wait_for(&answer, 8);
	cr_assert_eq(answer.allowed, 3);
	cr_assert_eq(ask(&only_ann).remaining, 6);
}

/* Calls that came one after the other at one instant, by the arithmetic of the local table. */
static void expect_as_if_alone(const struct cache_check *check, int n, const struct told *told)
{
	struct gcra_table *table = gcra_table_new(8);

	for (int i = 0; i < n; i++) {
		const struct cache_verdict *joined = &told->verdicts[i];
		struct cache_verdict alone;

		gcra_table_check(table, check, SECONDS(1000), &alone);
		expect_same_verdict(joined, &alone, i);
	}
	gcra_table_free(&table);
}

Test(joined, everyone_is_told_what_they_would_have_been_told_alone)
{
	unsigned seed = 20261129;

	for (int round = 0; round < 200; round++) {
		struct cache_check check = {.tenant = {.bytes = {9, (uint8_t)round}},
					    .n_limits = 2};
		int n = 1 + rand_r(&seed) % 40;
		struct told told = {};

		for (size_t i = 0; i < 2; i++) {
			struct cache_rate rate = {.per_minute = 1 + (unsigned)rand_r(&seed) % 5000,
						  .cost = 1 + (unsigned)rand_r(&seed) % 9};

			rate.burst = rate.cost + (unsigned)rand_r(&seed) % 150;
			check.limits[i] = i ? all(rate) : a_limit(ann, READ, rate);
		}
		ask_and_note(&check, n, &told);
		expect_as_if_alone(&check, n, &told);
	}
}

Test(joined, a_bucket_refills_after_a_joined_question_too)
{
	struct cache_check check = a_check(ann, READ);
	struct answer answer = {};
	instant end;

	check.limits[0].rate = (struct cache_rate){.per_minute = 600, .burst = 5, .cost = 1};
	ask_often(&check, 9, &answer);
	wait_for(&answer, 9);
	cr_assert_eq(answer.allowed, 5);
	for (end = instant_monotonic() + SECONDS(5); !ask(&check).allowed;)
		cr_assert_lt(instant_monotonic(), end);
}

Test(joined, all_are_told_of_a_session_and_of_its_end)
{
	struct cache_check check = a_check(ann, READ);
	struct told told = {};

	cr_assert(is_ok(cache_session_put(records, tenant, session, 42, 60)));
	ask_and_note(&check, 3, &told);
	cr_assert(is_ok(cache_session_end(records, tenant, session, 60)));
	ask_and_note(&check, 6, &told);
	for (int i = 0; i < 6; i++) {
		const struct cache_verdict *verdict = &told.verdicts[i];

		cr_assert_eq(verdict->session, i < 3 ? CACHE_SESSION_ALIVE : CACHE_SESSION_ENDED);
		cr_assert_eq(verdict->epoch, i < 3 ? 42 : 0);
		cr_assert_eq(verdict->allowed, i < 3);
	}
	cr_assert(is_ok(cache_session_forget(records, tenant, session)));
	cr_assert_eq(ask(&check).remaining, 6, "an ended session pays nothing");
}

Test(joined, an_address_limits_the_same_question_by_itself)
{
	struct cache_check check = a_check(ann, READ);
	struct answer answer = {};

	check.with_address = true;
	check.address = an_address("192.0.2.1",
				   (struct cache_rate){.per_minute = 1, .burst = 4, .cost = 1});
	ask_often(&check, 6, &answer);
	wait_for(&answer, 6);
	cr_assert_eq(answer.allowed, 4);
	cr_assert_eq(answer.last.limit, 4, "the address refuses");
	cr_assert_eq(answer.last.session, CACHE_SESSION_MISSING);
}

Test(joined, different_questions_never_share)
{
	struct cache_check checks[8];
	struct answer answers[8] = {};
	long before;

	for (size_t i = 0; i < 8; i++)
		checks[i] = a_check(ann, READ);
	checks[1].limits[0].who = bob;
	checks[2].limits[0].class = WRITE;
	checks[3].tenant = bob;
	checks[4].session = ann;
	checks[5].with_session = false;
	checks[6].with_address = true;
	checks[6].address = an_address("192.0.2.1", ten);
	checks[7].with_address = true;
	checks[7].address = an_address("192.0.2.2", ten);
	(void)ask(&checks[0]);
	before = scripts_run();
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < 8; i++)
			ask_often(&checks[i], 1, &answers[i]);
	for (size_t i = 0; i < 8; i++)
		wait_for(&answers[i], 2);
	cr_assert_eq(scripts_run() - before, 3, "one for each tenant, one for all addresses");
	cr_assert_eq(answers[1].last.remaining, 8, "bob");
	cr_assert_eq(answers[2].last.remaining, 8, "ann's writing");
	cr_assert_eq(answers[3].last.remaining, 8, "another tenant");
}

Test(joined, more_questions_than_slots_are_all_answered)
{
	struct answer answers[300] = {};

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 300; i++) {
			struct cache_check check = a_check(ann, READ);

			check.limits[0].who.bytes[14] = (uint8_t)(i / 256);
			check.limits[0].who.bytes[15] = (uint8_t)i;
			ask_often(&check, 1, &answers[i]);
		}
	for (int i = 0; i < 300; i++) {
		wait_for(&answers[i], 2);
		cr_assert_eq(answers[i].allowed, 2);
		cr_assert_eq(answers[i].last.remaining, 8);
	}
}

Test(joined, a_forgotten_script_is_sent_again_for_all)
{
	struct cache_check check = a_check(ann, READ);
	struct answer answer = {};

	(void)redis_number("script flush; echo 1");
	ask_often(&check, 4, &answer);
	wait_for(&answer, 4);
	cr_assert_eq(answer.allowed, 4);
	cr_assert_eq(ask(&check).remaining, 5);
}

Test(joined, each_is_answered_once_when_redis_dies)
{
	struct cache_check sent = a_check(ann, READ), held = a_check(bob, READ);
	struct answer answers[2] = {};

	sent.with_address = true;
	sent.address = an_address("192.0.2.1", ten);
	kill(server.pid, SIGSTOP);
	ask_often(&sent, 5, &answers[0]);
	cache_flush(cache);
	ask_often(&held, 5, &answers[1]);
	redis_server_kill(&server);
	wait_until_up(false);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(answers[i].n, 5, "question %d", i);
		cr_assert_eq(answers[i].last.status.code, STATUS_UNAVAILABLE);
		cr_assert_eq(answers[i].allowed, 0);
	}
	redis_server_restart(&server);
	wait_until_up(true);
	cr_assert_eq(ask(&held).remaining, 9);
	cr_assert(answers[0].n == 5 && answers[1].n == 5);
}

/* Its caller goes on without Redis, and asks for the next thing while it is told. */
static void ask_again(void *arg, const struct cache_verdict *verdict)
{
	struct answer *answer = arg;
	struct cache_check check = a_check(bob, READ);

	cr_assert(is_failed(verdict->status));
	cr_assert(is_failed(cache_check(cache, &check, take, answer)));
	answer->n++;
}

Test(joined, what_was_not_sent_is_answered_when_the_connection_has_gone)
{
	struct cache_check check = a_check(ann, READ);
	struct answer lost = {}, unsent = {};

	kill(server.pid, SIGSTOP);
	ask_often(&check, 1, &lost);
	cache_flush(cache);
	for (int i = 0; i < 3; i++)
		cr_assert(is_ok(cache_check(cache, &check, ask_again, &unsent)));
	cache_tick(cache, instant_monotonic() + SECONDS(5));
	cr_assert_eq(lost.n, 1, "a late answer costs the connection");
	cr_assert_eq(unsent.n, 0);
	cache_flush(cache);
	cr_assert_eq(unsent.n, 3);
	kill(server.pid, SIGCONT);
}

Test(joined, freeing_answers_what_is_under_way_and_what_waits)
{
	struct cache_check check = a_check(ann, READ);
	struct answer answer = {};

	kill(server.pid, SIGSTOP);
	ask_often(&check, 3, &answer);
	cache_flush(cache);
	ask_often(&check, 4, &answer);
	cache_free(&cache);
	cr_assert_eq(answer.n, 7);
	cr_assert_eq(answer.allowed, 0);
}
