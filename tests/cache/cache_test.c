/* The asynchronous and the blocking side against a real Redis. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>

#include "cache/redis_stand.h"

TestSuite(cache, .init = redis_stand_up, .fini = redis_stand_down);

Test(cache, a_session_lives_ends_and_is_forgotten)
{
	struct cache_check check = {.with_session = true, .tenant = tenant, .session = session};
	struct cache_verdict verdict = ask(&check);

	cr_assert(is_ok(verdict.status));
	cr_assert_eq(verdict.session, CACHE_SESSION_MISSING);
	cr_assert(is_ok(cache_session_put(records, tenant, session, 42, 60)));
	verdict = ask(&check);
	cr_assert_eq(verdict.session, CACHE_SESSION_ALIVE);
	cr_assert_eq(verdict.epoch, 42);
	cr_assert(verdict.allowed);
	cr_assert(is_ok(cache_session_end(records, tenant, session, 60)));
	cr_assert_eq(ask(&check).session, CACHE_SESSION_ENDED);
	cr_assert(is_ok(cache_session_forget(records, tenant, session)));
	cr_assert_eq(ask(&check).session, CACHE_SESSION_MISSING);
}

Test(cache, of_a_suspended_tenant_every_session_and_limit_says_so_and_nobody_pays)
{
	struct cache_check check = {.with_session = true, .tenant = tenant, .session = session};
	struct cache_check alone = {.with_standing = true, .tenant = tenant};
	struct cache_check limited = {
		.tenant = tenant,
		.n_limits = 1,
		.limits = {a_limit(ann, WRITE, (struct cache_rate){6, 10, 1})},
	};

	cr_assert(is_ok(cache_session_put(records, tenant, session, 42, 60)));
	cr_assert(is_ok(cache_standing_put(records, tenant, false)));
	cr_assert_eq(ask(&check).session, CACHE_SESSION_SUSPENDED);
	cr_assert_eq(ask(&alone).session, CACHE_SESSION_SUSPENDED);
	for (int i = 0; i < 20; i++)
		cr_assert_eq(ask(&limited).session, CACHE_SESSION_SUSPENDED);
	cr_assert_not(ask(&limited).allowed);
	check.tenant = limited.tenant = session;
	cr_assert_eq(ask(&check).session, CACHE_SESSION_MISSING, "another tenant is another's");
	cr_assert(is_ok(cache_standing_put(records, tenant, true)));
	check.tenant = limited.tenant = tenant;
	cr_assert_eq(ask(&check).session, CACHE_SESSION_ALIVE);
	cr_assert_eq(ask(&alone).session, CACHE_SESSION_UNASKED);
	cr_assert_eq(ask(&limited).remaining, 9);
}

Test(cache, the_blocking_side_reads_what_it_wrote)
{
	enum cache_session state;
	uint64_t epoch;

	cr_assert(is_ok(cache_session_put(records, tenant, session, UINT64_MAX, 60)));
	cr_assert(is_ok(cache_session_get(records, tenant, session, &state, &epoch)));
	cr_assert(state == CACHE_SESSION_ALIVE && epoch == UINT64_MAX);
	cr_assert(is_ok(cache_session_get(records, session, tenant, &state, &epoch)));
	cr_assert(state == CACHE_SESSION_MISSING && epoch == 0);
}

Test(cache, a_burst_is_exact_even_in_one_pipeline)
{
	struct cache_check check = {
		.tenant = tenant,
		.n_limits = 1,
		.limits = {a_limit(ann, WRITE, (struct cache_rate){6, 10, 1})},
	};
	struct answer answer = {};

	for (int i = 0; i < 30; i++)
		cr_assert(is_ok(cache_check(cache, &check, take, &answer)));
	wait_for(&answer, 30);
	cr_assert_eq(answer.allowed, 10);
	cr_assert_eq(answer.last.limit, 10);
	cr_assert_eq(answer.last.remaining, 0);
	cr_assert(answer.last.retry_ms > 9000 && answer.last.retry_ms <= 10000);
}

Test(cache, a_limit_past_a_million_a_second_still_counts)
{
	struct cache_check check = {
		.tenant = tenant,
		.n_limits = 1,
		.limits = {all((struct cache_rate){2400000000u, 240000000, 1})},
	};
	struct cache_verdict verdict = ask(&check);

	cr_assert(is_ok(verdict.status));
	cr_assert(verdict.allowed);
	cr_assert_eq(verdict.limit, 240000000);
}

Test(cache, a_refusal_by_one_limit_takes_nothing_from_the_other)
{
	struct cache_check both = {
		.tenant = tenant,
		.n_limits = 2,
		.limits = {a_limit(ann, READ, (struct cache_rate){6, 5, 1}),
			   all((struct cache_rate){6, 2, 1})},
	};
	struct cache_check hers = both;

	hers.n_limits = 1;
	for (int i = 0; i < 2; i++)
		cr_assert(ask(&both).allowed);
	cr_assert_not(ask(&both).allowed);
	cr_assert_not(ask(&both).allowed);
	cr_assert_eq(ask(&hers).remaining, 2);
}

Test(cache, the_address_limit_stands_beside_the_tenants)
{
	struct cache_check check = {
		.with_address = true,
		.address = an_address("192.0.2.1", (struct cache_rate){60, 3, 1}),
	};

	for (int i = 0; i < 3; i++)
		cr_assert(ask(&check).allowed);
	cr_assert_not(ask(&check).allowed);
	check.address = an_address("192.0.2.2", (struct cache_rate){60, 3, 1});
	check.with_session = true;
	check.tenant = tenant;
	check.session = session;
	cr_assert(ask(&check).allowed);
	cr_assert_eq(ask(&check).session, CACHE_SESSION_MISSING);
	cr_assert_eq(ask(&check).limit, 3, "the address limit refuses, the session is still told");
}

Test(cache, everything_at_once_is_one_answer)
{
	struct cache_check check = {
		.with_session = true,
		.tenant = tenant,
		.session = session,
		.n_limits = 2,
		.limits = {a_limit(ann, READ, (struct cache_rate){6, 50, 1}),
			   all((struct cache_rate){6, 40, 4})},
		.with_address = true,
		.address = an_address("192.0.2.1", (struct cache_rate){6, 100, 1}),
	};
	struct cache_verdict verdict;

	cr_assert(is_ok(cache_session_put(records, tenant, session, 7, 60)));
	verdict = ask(&check);
	cr_assert(verdict.session == CACHE_SESSION_ALIVE && verdict.epoch == 7 && verdict.allowed);
	cr_assert_eq(verdict.limit, 40, "the tenant's is nearest to refusing");
	cr_assert_eq(verdict.remaining, 36);
}

Test(cache, forgotten_scripts_are_sent_again)
{
	struct cache_check check = {
		.tenant = tenant,
		.n_limits = 1,
		.limits = {a_limit(ann, READ, (struct cache_rate){60, 5, 1})},
	};
	char command[160];

	snprintf(command, sizeof command, "redis-cli -s %s script flush >/dev/null",
		 server.url + strlen("unix:"));
	cr_assert_eq(system(command), 0);
	cr_assert(ask(&check).allowed);
	cr_assert(ask(&check).allowed);
	cr_assert_eq(ask(&check).remaining, 2);
}

Test(cache, without_redis_questions_are_refused_at_once_until_it_is_back)
{
	struct cache_check check = {.with_session = true, .tenant = tenant, .session = session};
	struct answer answer = {};
	struct status st;

	cr_assert(is_ok(cache_check(cache, &check, take, &answer)));
	redis_server_kill(&server);
	wait_until_up(false);
	cr_assert_eq(answer.n, 1, "the open question is answered");
	cr_assert_eq(answer.last.status.code, STATUS_UNAVAILABLE);
	st = cache_check(cache, &check, take, &answer);
	cr_assert_eq(st.code, STATUS_UNAVAILABLE);
	cr_assert_eq(cache_sync_ping(records).code, STATUS_UNAVAILABLE);
	redis_server_restart(&server);
	wait_until_up(true);
	cr_assert_eq(ask(&check).session, CACHE_SESSION_MISSING);
	cr_assert(is_ok(cache_sync_ping(records)));
}

Test(cache, a_stopped_redis_costs_the_timeout_and_no_more)
{
	struct cache_check check = {.with_session = true, .tenant = tenant, .session = session};
	struct answer answer = {};
	instant start = instant_monotonic();

	kill(server.pid, SIGSTOP);
	cr_assert(is_ok(cache_check(cache, &check, take, &answer)));
	while (answer.n == 0 && instant_monotonic() - start < SECONDS(10))
		turn();
	kill(server.pid, SIGCONT);
	cr_assert_eq(answer.n, 1);
	cr_assert_eq(answer.last.status.code, STATUS_UNAVAILABLE);
	cr_assert_lt(instant_monotonic() - start, SECONDS(3));
	wait_until_up(true);
}
