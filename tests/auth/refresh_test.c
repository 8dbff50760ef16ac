#include <stdatomic.h>
#include <stdio.h>

#include "auth/refresh_rate.h"
#include "support/svc_test_internal.h"
#include "support/test_db.h"
#include "world.h"

TestSuite(refresh, .init = world_start, .fini = daemons_stop, .timeout = 120);

static const Auth__TokenResponse *refreshed(const Auth__TokenResponse *tokens)
{
	return expect_ok(refresh(tokens->refresh_token));
}

Test(refresh, gives_new_tokens_of_the_same_session)
{
	const Auth__TokenResponse *first = registered("ann"), *second = refreshed(first);

	cr_assert(uuid_eq(session_of(first), session_of(second)));
	cr_assert_str_neq(first->refresh_token, second->refresh_token);
	cr_assert_str_eq(second->organization->role, "owner");
	refreshed(second);
}

Test(refresh, a_lost_answer_can_be_asked_for_again)
{
	instant now = instant_now();
	const Auth__TokenResponse *first, *second, *again;

	now_is(now);
	first = registered("ann");
	second = refreshed(first);
	now_is(now + SECONDS(10));
	again = refreshed(first);
	cr_assert_str_eq(again->refresh_token, second->refresh_token);
	refreshed(again);
}

Test(refresh, the_parent_is_dead_once_the_child_was_used)
{
	const Auth__TokenResponse *first = registered("ann"), *second = refreshed(first);
	const Auth__TokenResponse *third = refreshed(second);

	expect_fail(refresh(first->refresh_token), UNAUTHENTICATED, "REFRESH_REUSED");
	/* Whoever has the token that is good now loses it too: one of the two is a thief. */
	expect_fail(refresh(third->refresh_token), UNAUTHENTICATED, "BAD_REFRESH_TOKEN");
	cr_assert(!is_alive(third));
	cr_assert_eq(record_of(third, NULL), CACHE_SESSION_ENDED);
	cr_assert_eq(events_out("auth", organization_of(first), "session.refresh_reused"), 1);
}

Test(refresh, the_parent_is_dead_after_ten_seconds)
{
	instant now = instant_now();
	const Auth__TokenResponse *first;

	now_is(now);
	first = registered("ann");
	refreshed(first);
	now_is(now + SECONDS(10) + 1);
	expect_fail(refresh(first->refresh_token), UNAUTHENTICATED, "REFRESH_REUSED");
	cr_assert_eq(record_of(first, NULL), CACHE_SESSION_ENDED);
}

Test(refresh, tokens_that_were_not_made_here_are_refused_without_a_look_up)
{
	const Auth__TokenResponse *tokens = registered("ann");
	struct bearer bearer;
	char text[BEARER_TEXT];

	cr_assert(bearer_parse(str_of(tokens->refresh_token), &bearer));
	/* Any bit: the generation, the MAC, the session, the organization. */
	for (int i = 0; i < 20; i++) {
		struct bearer forged = bearer;

		forged.secret[i] ^= 1;
		bearer_format(text, &forged);
		expect_fail(refresh(text), UNAUTHENTICATED, "BAD_REFRESH_TOKEN");
	}
	bearer.tenant.bytes[15] ^= 1;
	bearer_format(text, &bearer);
	expect_fail(refresh(text), UNAUTHENTICATED, "BAD_REFRESH_TOKEN");
	expect_fail(refresh("rt_nonsense"), UNAUTHENTICATED, "BAD_REFRESH_TOKEN");
	expect_fail(refresh(tokens->access_token), INVALID_ARGUMENT, "INVALID_FIELDS");
	refreshed(tokens);
}

Test(refresh, a_session_left_alone_for_seven_days_is_over)
{
	instant now = instant_now();
	const Auth__TokenResponse *tokens;

	now_is(now);
	tokens = registered("ann");
	now_is(now + DAYS(7));
	expect_fail(refresh(tokens->refresh_token), UNAUTHENTICATED, "BAD_REFRESH_TOKEN");
}

Test(refresh, no_session_outlives_thirty_days)
{
	instant now = instant_now();
	const Auth__TokenResponse *tokens;

	now_is(now);
	tokens = registered("ann");
	for (int day = 6; day < 30; day += 6) {
		now_is(now + DAYS(day));
		tokens = refreshed(tokens);
	}
	now_is(now + DAYS(30));
	expect_fail(refresh(tokens->refresh_token), UNAUTHENTICATED, "BAD_REFRESH_TOKEN");
}

struct race {
	const char *token;
	atomic_int ok, other;
	const char *children[16];
};

static void refresh_once(struct svc_worker *worker, unsigned i, void *arg)
{
	Auth__RefreshSessionRequest request = AUTH__REFRESH_SESSION_REQUEST__INIT;
	struct race *race = arg;
	struct answer answer;

	request.refresh_token = race->token;
	answer = call_on(worker, as_nobody(), "RefreshSession", &request);
	if (is_failed(answer.status)) {
		atomic_fetch_add(&race->other, 1);
		return;
	}
	race->children[i] = ((const Auth__TokenResponse *)answer.response)->refresh_token;
	atomic_fetch_add(&race->ok, 1);
}

Test(refresh, many_at_once_get_the_same_child)
{
	const Auth__TokenResponse *tokens = registered("ann");
	struct race race = {.token = tokens->refresh_token};

	at_once(16, refresh_once, &race);
	cr_assert_eq(race.ok, 16, "%d were refused\n%s", race.other, logged());
	for (int i = 1; i < 16; i++)
		cr_assert_str_eq(race.children[i], race.children[0]);
	cr_assert_eq(test_count("SELECT generation FROM auth.session WHERE id = '%s'",
				uuid_text(test_world.arena, session_of(tokens))),
		     1);
	expect_ok(refresh(race.children[0]));
}

Test(refresh, one_session_has_its_limit_and_takes_nothing_from_another)
{
	const Auth__TokenResponse *ann = registered("ann"), *bob = registered("bob");
	const char *token = ann->refresh_token;
	instant now = instant_now();
	struct answer answer;

	now_is(now);
	for (int i = 0; i < REFRESHES_A_MINUTE; i++)
		token = ((const Auth__TokenResponse *)expect_ok(refresh(token)))->refresh_token;
	answer = refresh(token);
	expect_fail(answer, RESOURCE_EXHAUSTED, "RATE_LIMITED");
	cr_assert_eq(answer.retry_after_ms, 60 * 1000);
	expect_ok(refresh(bob->refresh_token));
	now_is(now + MINUTES(1));
	expect_ok(refresh(token));
}
