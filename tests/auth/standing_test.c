/* A suspended organization: nobody signs in, refreshes or goes on, and all of it comes back. */
#include "auth/lane.h"
#include "support/svc_test_internal.h"
#include "support/test_db.h"
#include "svc/standing.h"
#include "world.h"

TestSuite(standing, .init = world_start, .fini = daemons_stop, .timeout = 120);

static void put(const Auth__TokenResponse *tokens, const char *status, int64_t version)
{
	Auth__PutStandingRequest request = AUTH__PUT_STANDING_REQUEST__INIT;
	struct uuid organization = organization_of(tokens);

	request.tenant_id = uuid_text(test_world.arena, organization);
	request.status = status;
	request.version = version;
	expect_ok(call_to(auth_d, as_daemon("tenant", organization), "PutStanding", &request));
}

static const Auth__CheckSessionResponse *check(const Auth__TokenResponse *tokens)
{
	Auth__CheckSessionRequest request = AUTH__CHECK_SESSION_REQUEST__INIT;

	request.session_id = uuid_text(test_world.arena, session_of(tokens));
	request.user_id = uuid_text(test_world.arena, account_of(tokens));
	return expect_ok(
		call_to(auth_d, as_daemon("gateway", (struct uuid){}), "CheckSession", &request));
}

static bool gateway_refuses(const Auth__TokenResponse *tokens)
{
	bool held = false;

	cr_assert(is_ok(cache_standing_get(auth_state()->cache, organization_of(tokens), &held)));
	return held;
}

Test(standing, while_it_is_suspended_nobody_signs_in_refreshes_or_is_alive)
{
	const Auth__TokenResponse *tokens = registered("ann");
	Auth__GetMeRequest me = AUTH__GET_ME_REQUEST__INIT;

	put(tokens, "suspended", 2);
	cr_assert(gateway_refuses(tokens));
	expect_fail(login(address_of("ann"), GOOD_PASSWORD), PERMISSION_DENIED, "TENANT_SUSPENDED");
	expect_fail(login(address_of("ann"), "not the password at all"), UNAUTHENTICATED,
		    "BAD_CREDENTIALS");
	expect_fail(refresh(tokens->refresh_token), PERMISSION_DENIED, "TENANT_SUSPENDED");
	expect_fail(call_to(auth_d, bearer_of(tokens), "GetMe", &me), PERMISSION_DENIED,
		    "TENANT_SUSPENDED");
	cr_assert(check(tokens)->alive && check(tokens)->suspended);
}

Test(standing, resumed_the_same_session_and_refresh_token_go_on)
{
	const Auth__TokenResponse *tokens = registered("ann");
	Auth__GetMeRequest me = AUTH__GET_ME_REQUEST__INIT;

	put(tokens, "suspended", 2);
	for (int i = 0; i < 3; i++)
		expect_fail(refresh(tokens->refresh_token), PERMISSION_DENIED, "TENANT_SUSPENDED");
	put(tokens, "active", 3);
	cr_assert(!gateway_refuses(tokens));
	cr_assert(!check(tokens)->suspended);
	expect_ok(call_to(auth_d, bearer_of(tokens), "GetMe", &me));
	expect_ok(refresh(tokens->refresh_token));
	expect_ok(login(address_of("ann"), GOOD_PASSWORD));
}

Test(standing, old_news_changes_nothing)
{
	const Auth__TokenResponse *tokens = registered("ann");

	put(tokens, "suspended", 5);
	put(tokens, "active", 4);
	cr_assert(gateway_refuses(tokens));
	expect_fail(login(address_of("ann"), GOOD_PASSWORD), PERMISSION_DENIED, "TENANT_SUSPENDED");
}

/* The push did not get through: the event tells the gateway. */
Test(standing, the_event_repairs_a_push_that_was_lost)
{
	const Auth__TokenResponse *tokens = registered("ann");

	test_sql("TRUNCATE auth.job");
	standing_is(auth_d, organization_of(tokens), "suspended", 2);
	expect_fail(login(address_of("ann"), GOOD_PASSWORD), PERMISSION_DENIED, "TENANT_SUSPENDED");
	cr_assert(run_one_job(auth_d));
	cr_assert(gateway_refuses(tokens));
}

Test(standing, a_session_that_is_asked_for_tells_redis_what_it_lost)
{
	const Auth__TokenResponse *tokens = registered("ann");

	put(tokens, "suspended", 2);
	cr_assert(is_ok(cache_standing_put(auth_state()->cache, organization_of(tokens), true)));
	cr_assert(check(tokens)->suspended);
	cr_assert(gateway_refuses(tokens));
}

static struct answer verify(const char *token)
{
	Auth__VerifyEmailRequest request = AUTH__VERIFY_EMAIL_REQUEST__INIT;

	request.token = token;
	return call_to(auth_d, as_nobody(), "VerifyEmail", &request);
}

static struct answer unlock(const char *token)
{
	Auth__UnlockAccountRequest request = AUTH__UNLOCK_ACCOUNT_REQUEST__INIT;

	request.token = token;
	return call_to(auth_d, as_nobody(), "UnlockAccount", &request);
}

Test(standing, a_mailed_link_is_good_again_when_the_organization_may_act)
{
	const Auth__TokenResponse *tokens = registered("ann");
	const char *confirmation = mailed_token(organization_of(tokens)), *way_in;

	for (int i = 0; i < LANE_FAILURES_MAX; i++)
		expect_fail(login_from("203.0.113.9", address_of("ann"), "wrong-harbour-17"),
			    UNAUTHENTICATED, "BAD_CREDENTIALS");
	way_in = mailed_link(organization_of(tokens), "account.mail", "unlock");
	put(tokens, "suspended", 2);
	expect_fail(verify(confirmation), PERMISSION_DENIED, "TENANT_SUSPENDED");
	expect_fail(unlock(way_in), PERMISSION_DENIED, "TENANT_SUSPENDED");
	put(tokens, "active", 3);
	expect_ok(verify(confirmation));
	expect_ok(unlock(way_in));
}

static void join(const Auth__TokenResponse *who, const Auth__TokenResponse *organization)
{
	Auth__PutMembershipRequest request = AUTH__PUT_MEMBERSHIP_REQUEST__INIT;

	request.user_id = uuid_text(test_world.arena, account_of(who));
	request.tenant_id = uuid_text(test_world.arena, organization_of(organization));
	request.role = "viewer";
	request.epoch = 1;
	request.active = true;
	expect_ok(call_to(
		auth_d,
		passed_on(as_with(organization_of(organization), "admin", "users:write"), "tenant"),
		"PutMembership", &request));
}

Test(standing, who_has_another_organization_signs_in_there)
{
	const Auth__TokenResponse *ann = registered("ann"), *bob = registered("bob"), *now;

	join(ann, bob);
	put(ann, "suspended", 2);
	now = expect_ok(login(address_of("ann"), GOOD_PASSWORD));
	cr_assert_str_eq(now->organization->id, bob->organization->id);
}
