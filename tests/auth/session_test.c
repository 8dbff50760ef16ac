#include <stdio.h>

#include "crypto/jwt.h"
#include "support/svc_test_internal.h"
#include "support/test_db.h"
#include "world.h"

TestSuite(session, .init = world_start, .fini = daemons_stop, .timeout = 120);

static struct answer revoke(const struct caller *who, struct uuid session)
{
	Auth__RevokeSessionRequest request = AUTH__REVOKE_SESSION_REQUEST__INIT;

	request.id = uuid_text(test_world.arena, session);
	return call_to(auth_d, who, "RevokeSession", &request);
}

static const Auth__ListSessionsResponse *list(const struct caller *who)
{
	Auth__ListSessionsRequest request = AUTH__LIST_SESSIONS_REQUEST__INIT;

	return expect_ok(call_to(auth_d, who, "ListSessions", &request));
}

Test(session, signing_out_ends_it_everywhere_at_once)
{
	Auth__LogoutUserRequest request = AUTH__LOGOUT_USER_REQUEST__INIT;
	const Auth__TokenResponse *tokens = registered("ann");
	instant asked;

	cr_assert(is_alive(tokens));
	cr_assert_eq(record_of(tokens, NULL), CACHE_SESSION_ALIVE);
	asked = instant_monotonic();
	expect_ok(call_to(auth_d, bearer_of(tokens), "LogoutUser", &request));
	cr_assert_eq(record_of(tokens, NULL), CACHE_SESSION_ENDED);
	cr_assert_lt(instant_monotonic() - asked, SECONDS(1));
	cr_assert(!is_alive(tokens));
	expect_fail(refresh(tokens->refresh_token), UNAUTHENTICATED, "BAD_REFRESH_TOKEN");
	cr_assert_eq(events_out("auth", organization_of(tokens), "session.ended"), 1);
	/* Twice is no error and no second event. */
	expect_ok(call_to(auth_d, bearer_of(tokens), "LogoutUser", &request));
	cr_assert_eq(events_out("auth", organization_of(tokens), "session.ended"), 1);
}

Test(session, me_says_who_and_where)
{
	Auth__GetMeRequest request = AUTH__GET_ME_REQUEST__INIT;
	const Auth__TokenResponse *tokens = registered("ann");
	const Auth__Me *me = expect_ok(call_to(auth_d, bearer_of(tokens), "GetMe", &request));

	cr_assert_str_eq(me->user->email, address_of("ann"));
	cr_assert_str_eq(me->organization->id, tokens->organization->id);
	cr_assert_str_eq(me->organization->name, "Acme Pharma");
	cr_assert_eq(me->n_organizations, 1);
	cr_assert(!me->is_platform_admin);
	expect_fail(call_to(auth_d, as_nobody(), "GetMe", &request), UNAUTHENTICATED,
		    "SIGN_IN_REQUIRED");
}

Test(session, one_sees_ones_own_sessions_and_ends_one_of_them)
{
	const Auth__TokenResponse *first = registered("ann"), *second = signed_in("ann");
	const Auth__ListSessionsResponse *sessions = list(bearer_of(second));

	registered("bob");
	cr_assert_eq(sessions->n_sessions, 2);
	for (size_t i = 0; i < 2; i++)
		cr_assert_eq(sessions->sessions[i]->current,
			     strcmp(sessions->sessions[i]->id,
				    uuid_text(test_world.arena, session_of(second))) == 0);
	cr_assert_str_eq(sessions->sessions[0]->address, "192.0.2.7");
	cr_assert_str_eq(sessions->sessions[0]->user_agent, "test");
	expect_ok(revoke(bearer_of(second), session_of(first)));
	cr_assert_eq(record_of(first, NULL), CACHE_SESSION_ENDED);
	cr_assert(!is_alive(first));
	cr_assert(is_alive(second));
	cr_assert_eq(list(bearer_of(second))->n_sessions, 1);
	expect_fail(revoke(bearer_of(second), session_of(first)), NOT_FOUND, "SESSION_NOT_FOUND");
}

Test(session, another_persons_session_is_not_there)
{
	const Auth__TokenResponse *ann = registered("ann"), *bob = registered("bob");

	expect_fail(revoke(bearer_of(bob), session_of(ann)), NOT_FOUND, "SESSION_NOT_FOUND");
	cr_assert(is_alive(ann));
}

Test(session, all_but_the_present_one_can_be_ended)
{
	Auth__RevokeAllSessionsRequest request = AUTH__REVOKE_ALL_SESSIONS_REQUEST__INIT;
	const Auth__TokenResponse *a = registered("ann"), *b = signed_in("ann"),
				  *c = signed_in("ann");
	const Auth__TokenResponse *bob = registered("bob");
	const Auth__RevokeAllSessionsResponse *response;

	request.keep_current = true;
	response = expect_ok(call_to(auth_d, bearer_of(b), "RevokeAllSessions", &request));
	cr_assert_eq(response->revoked, 2);
	cr_assert_eq(record_of(a, NULL), CACHE_SESSION_ENDED);
	cr_assert_eq(record_of(c, NULL), CACHE_SESSION_ENDED);
	cr_assert(is_alive(b));
	cr_assert(is_alive(bob));
	request.keep_current = false;
	response = expect_ok(call_to(auth_d, bearer_of(b), "RevokeAllSessions", &request));
	cr_assert_eq(response->revoked, 1);
	cr_assert_eq(record_of(b, NULL), CACHE_SESSION_ENDED);
}

/* Sessions of the same person beside this one, seen a minute ago. */
static void add_sessions(const Auth__TokenResponse *beside, int n)
{
	test_sql("INSERT INTO auth.session (id, account_id, organization_id, rotated_at, "
		 "user_agent, address, created_at, last_seen_at, expires_at, absolute_at) "
		 "SELECT gen_random_uuid(), account_id, organization_id, rotated_at, user_agent, "
		 "address, created_at, last_seen_at - interval '1 minute', expires_at, absolute_at "
		 "FROM auth.session, generate_series(1, %d) WHERE id = '%s'",
		 n, uuid_text(test_world.arena, session_of(beside)));
}

static bool is_told_ended(void *arg)
{
	return record_of(arg, NULL) == CACHE_SESSION_ENDED;
}

Test(session, beyond_fifty_at_once_the_one_that_was_not_used_for_longest_ends)
{
	const Auth__TokenResponse *oldest = registered("ann"), *bob = registered("bob"), *newest;

	add_sessions(oldest, SESSIONS_MAX - 1);
	test_sql("UPDATE auth.session SET last_seen_at = last_seen_at - interval '1 hour' "
		 "WHERE id = '%s'",
		 uuid_text(test_world.arena, session_of(oldest)));
	cr_assert(is_alive(oldest));
	newest = signed_in("ann");
	cr_assert(!is_alive(oldest));
	expect_soon(is_told_ended, (void *)oldest);
	cr_assert_eq(list(bearer_of(newest))->n_sessions, SESSIONS_MAX);
	cr_assert(is_alive(bob), "another person's");
}

Test(session, a_record_that_redis_lost_comes_back_when_asked_for)
{
	const Auth__TokenResponse *tokens = registered("ann");
	uint64_t epoch;

	cr_assert(is_alive(tokens));
	cr_assert(is_ok(cache_session_forget(auth_state()->cache, organization_of(tokens),
					     session_of(tokens))));
	cr_assert_eq(record_of(tokens, NULL), CACHE_SESSION_MISSING);
	cr_assert(is_alive(tokens));
	cr_assert_eq(record_of(tokens, &epoch), CACHE_SESSION_ALIVE);
	cr_assert_eq(epoch, 1);
}

Test(session, nobodys_session_is_not_alive)
{
	Auth__CheckSessionRequest request = AUTH__CHECK_SESSION_REQUEST__INIT;
	const Auth__TokenResponse *ann = registered("ann"), *bob = registered("bob");
	const struct caller *gateway = as_daemon("gateway", (struct uuid){});
	const Auth__CheckSessionResponse *response;

	request.session_id = uuid_text(test_world.arena, an_id("nothing"));
	request.user_id = uuid_text(test_world.arena, account_of(ann));
	response = expect_ok(call_to(auth_d, gateway, "CheckSession", &request));
	cr_assert(!response->alive);
	request.session_id = uuid_text(test_world.arena, session_of(bob));
	response = expect_ok(call_to(auth_d, gateway, "CheckSession", &request));
	cr_assert(!response->alive);
	expect_fail(
		call_to(auth_d, as_daemon("program", (struct uuid){}), "CheckSession", &request),
		PERMISSION_DENIED, "CALLER_NOT_ALLOWED");
}

static bool has_no_jobs(void *arg)
{
	(void)arg;
	while (run_one_job(auth_d))
		continue;
	return test_count("SELECT count(*) FROM auth.job WHERE kind = '%s'", JOB_PUBLISH) == 0;
}

Test(session, the_job_repeats_what_a_dead_process_did_not_tell)
{
	Auth__LogoutUserRequest request = AUTH__LOGOUT_USER_REQUEST__INIT;
	const Auth__TokenResponse *tokens = registered("ann");
	const struct principal *p = &bearer_of(tokens)->principal;

	expect_ok(call_to(auth_d, bearer_of(tokens), "LogoutUser", &request));
	/* As if it had died after the commit: Redis still says alive. */
	cr_assert(is_ok(cache_session_put(auth_state()->cache, p->tenant, p->session, 1, 60)));
	now_is(instant_now() + SECONDS(3));
	expect_soon(has_no_jobs, NULL);
	now_is(0);
	cr_assert_eq(record_of(tokens, NULL), CACHE_SESSION_ENDED);
}

Test(session, after_a_rotation_of_keys_tokens_of_both_verify)
{
	Auth__GetJwksRequest request = AUTH__GET_JWKS_REQUEST__INIT;
	const Auth__TokenResponse *before = registered("ann"), *after;
	const struct jwt_expect expect = {"aegis", "aegis-api", "access"};
	const Auth__GetJwksResponse *jwks;
	struct jwt_key keys[2] = {};
	struct jwt_claims claims;

	cr_assert(is_ok(keyring_generate(test_world.secrets, "auth", "jwt", KEY_ED25519)));
	auth_d = daemon_start(&auth_daemon);
	after = signed_in("ann");
	jwks = expect_ok(
		call_to(auth_d, as_daemon("gateway", (struct uuid){}), "GetJwks", &request));
	cr_assert_eq(jwks->n_keys, 2);
	for (size_t i = 0; i < 2; i++) {
		strcpy(keys[i].kid, jwks->keys[i]->kid);
		memcpy(keys[i].public_key, jwks->keys[i]->public_key.data, 32);
	}
	cr_assert(is_ok(jwt_verify(test_world.arena, keys, 2, str_of(before->access_token),
				   instant_now(), &expect, &claims)));
	cr_assert(is_ok(jwt_verify(test_world.arena, keys, 2, str_of(after->access_token),
				   instant_now(), &expect, &claims)));
}

Test(session, what_is_old_is_forgotten)
{
	const Auth__TokenResponse *tokens = registered("ann");
	const char *id = uuid_text(test_world.arena, session_of(tokens));

	test_sql("UPDATE auth.session SET expires_at = now() - interval '31 days' WHERE id = '%s'",
		 id);
	test_sql("DELETE FROM auth.lease");
	while (run_one_job(auth_d))
		continue;
	cr_assert_eq(test_count("SELECT count(*) FROM auth.session WHERE id = '%s'", id), 0);
}
