/* Questions of one tenant in one turn are one script. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "cache/gcra.h"
#include "cache/redis_stand.h"

TestSuite(batch, .init = redis_stand_up, .fini = redis_stand_down);

Test(batch, everyone_of_a_tenant_draws_on_its_limit_in_one_script)
{
	struct cache_check checks[] = {a_check(ann, READ), a_check(bob, READ)};
	struct answer answers[2] = {};

	for (size_t i = 0; i < 2; i++) {
		checks[i].n_limits = 2;
		checks[i].limits[1] =
			all((struct cache_rate){.per_minute = 1, .burst = 7, .cost = 1});
	}
	for (int round = 0; round < 5; round++)
		for (size_t i = 0; i < 2; i++)
			ask_often(&checks[i], 1, &answers[i]);
	for (size_t i = 0; i < 2; i++) {
		wait_for(&answers[i], 5);
		checks[i].n_limits = 1;
	}
	cr_assert_eq(answers[0].allowed + answers[1].allowed, 7);
	cr_assert_eq(ask(&checks[0]).remaining, 9u - (unsigned)answers[0].allowed);
	cr_assert_eq(ask(&checks[1]).remaining, 9u - (unsigned)answers[1].allowed,
		     "refused ones pay nothing");
}

Test(batch, two_sessions_of_one_user_are_one_user)
{
	struct cache_check checks[] = {a_check(ann, READ), a_check(ann, READ)};
	struct answer answer = {};

	checks[1].session = bob;
	for (int round = 0; round < 8; round++)
		for (size_t i = 0; i < 2; i++)
			ask_often(&checks[i], 1, &answer);
	wait_for(&answer, 16);
	cr_assert_eq(answer.allowed, 10);
}

Test(batch, an_ended_session_pays_nothing_among_others_that_live)
{
	struct cache_check ended = a_check(ann, READ), alive = a_check(ann, READ);
	struct answer answers[2] = {};

	alive.session = bob;
	cr_assert(is_ok(cache_session_end(records, tenant, ended.session, 60)));
	cr_assert(is_ok(cache_session_put(records, tenant, alive.session, 5, 60)));
	ask_often(&ended, 4, &answers[0]);
	ask_often(&alive, 4, &answers[1]);
	wait_for(&answers[0], 4);
	wait_for(&answers[1], 4);
	cr_assert(answers[0].last.session == CACHE_SESSION_ENDED && answers[0].allowed == 0);
	cr_assert(answers[1].last.session == CACHE_SESSION_ALIVE && answers[1].last.epoch == 5);
	cr_assert_eq(answers[1].last.remaining, 6);
}

#define PRINCIPALS 6
#define CALLS	   30

/* What callers were told, in the order in which they were. */
struct told {
	int n;
	struct {
		int who;
		struct cache_verdict verdict;
	} log[CALLS];
};

struct caller {
	struct told *told;
	int who;
};

static void note(void *arg, const struct cache_verdict *verdict)
{
	const struct caller *caller = arg;
	struct told *told = caller->told;

	told->log[told->n].who = caller->who;
	told->log[told->n++].verdict = *verdict;
}

/* Principals of one tenant, with a limit each and one in common that costs them differently. */
static void make_principals(struct cache_check checks[PRINCIPALS], uint8_t round, unsigned *seed)
{
	const struct cache_rate common = {.per_minute = 60, .burst = 40};

	for (uint8_t i = 0; i < PRINCIPALS; i++) {
		struct cache_rate rate = {.per_minute = 30, .cost = 1};

		rate.burst = 1 + (unsigned)rand_r(seed) % 12;
		checks[i] = (struct cache_check){
			.tenant = {.bytes = {8, round}},
			.n_limits = 2,
			.limits = {a_limit((struct uuid){.bytes = {i}}, READ, rate), all(common)},
		};
		checks[i].limits[1].rate.cost = 1 + (unsigned)rand_r(seed) % 4;
	}
}

static void expect_as_if_one_by_one(const struct cache_check *checks, const struct told *told)
{
	struct gcra_table *table = gcra_table_new(64);

	for (int i = 0; i < CALLS; i++) {
		const struct cache_verdict *in_turn = &told->log[i].verdict;
		struct cache_verdict alone;

		gcra_table_check(table, &checks[told->log[i].who], SECONDS(1000), &alone);
		expect_same_verdict(in_turn, &alone, i);
	}
	gcra_table_free(&table);
}

Test(batch, a_mixed_turn_is_told_what_its_calls_would_be_told_one_by_one)
{
	unsigned seed = 20261130;

	for (uint8_t round = 0; round < 100; round++) {
		struct cache_check checks[PRINCIPALS];
		struct caller callers[PRINCIPALS];
		struct told told = {};
		instant give_up = instant_monotonic() + SECONDS(10);

		make_principals(checks, round, &seed);
		for (int i = 0; i < PRINCIPALS; i++)
			callers[i] = (struct caller){&told, i};
		for (int i = 0; i < CALLS; i++) {
			int who = rand_r(&seed) % PRINCIPALS;

			cr_assert(is_ok(cache_check(cache, &checks[who], note, &callers[who])));
		}
		for (; told.n < CALLS; turn())
			cr_assert_lt(instant_monotonic(), give_up);
		expect_as_if_one_by_one(checks, &told);
	}
}
