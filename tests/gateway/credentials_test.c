/* Whose call is it, and may they: tokens, keys, sessions, administrators. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/bearer.h"
#include "gateway/fixture.h"

TestSuite(credentials, .init = fixture_up, .fini = fixture_down);

#define PROGRAMS "/api/programs"
#define ONE	 "/api/programs/" PROGRAM

static const char *a_key(const char *kind)
{
	static char text[BEARER_TEXT];
	struct uuid tenant, id;
	struct bearer bearer;

	cr_assert(uuid_parse(STR(TENANT), &tenant) && uuid_parse(STR(USER), &id));
	bearer = bearer_new(kind, tenant, id);
	bearer_format(text, &bearer);
	return text;
}

Test(credentials, tokens_that_are_not_good_are_401)
{
	struct raw_answer answer;

	fixture_start();
	answer = http(ONE);
	cr_assert_str_eq(raw_header(&answer, "WWW-Authenticate"), "Bearer realm=\"aegis\"");
	expect(answer, 401, "SIGN_IN_REQUIRED");
	expect(http(ONE, .headers = "Authorization: Basic YTpi\r\n"), 401, "SIGN_IN_REQUIRED");
	answer = http(ONE, .token = a_token(.expires_in_s = -60));
	cr_assert(strstr(raw_header(&answer, "WWW-Authenticate"), "invalid_token"));
	expect(answer, 401, "TOKEN_EXPIRED");
	expect(http(ONE, .token = a_token(.aud = "other")), 401, "TOKEN_INVALID");
	expect(http(ONE, .token = a_token(.iss = "other")), 401, "TOKEN_INVALID");
	expect(http(ONE, .token = a_token(.type = "refresh")), 401, "TOKEN_INVALID");
	expect(http(ONE, .token = a_token(.other_key = true)), 401, "TOKEN_INVALID");
	expect(http(ONE, .token = a_token(.kid = "unknown")), 401, "TOKEN_INVALID");
	expect(http(ONE, .token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."), 401, "TOKEN_MALFORMED");
	expect(http(ONE, .token = "junk"), 401, "TOKEN_MALFORMED");
	expect(http(ONE, .token = "aeg_live_junk"), 401, "KEY_NOT_VALID");
	cr_assert_eq(backend.calls, 0);
	cr_assert_eq(backend.key_checks, 0, "a bad checksum costs no look-up");
}

Test(credentials, permissions_and_tenants_are_kept)
{
	fixture_start();
	expect(http(ONE, .token = a_token(.permissions = "users:read")), 403,
	       "PERMISSION_REQUIRED");
	expect(http("/api/tenants/" OTHER "/compliance/events",
		    .token = a_token(.permissions = "compliance:read")),
	       404, "TENANT_NOT_FOUND");
	cr_assert_eq(backend.calls, 0);
}

Test(credentials, a_new_key_is_fetched_when_a_token_names_it)
{
	config.unknown_key_ms = 10;
	fixture_start();
	expect(http(ONE, .token = a_token()), 200, "");
	fixture_rotate_keys();
	usleep(20000);
	expect(http(ONE, .token = a_token(.kid = "k2")), 200, "");
	expect(http(ONE, .token = a_token()), 200, "");
}

Test(credentials, keys_that_nobody_has_do_not_make_it_ask)
{
	int asked;

	fixture_start();
	expect(http(ONE, .token = a_token()), 200, "");
	asked = backend.jwks_asked;
	for (int i = 0; i < 20; i++)
		expect(http(ONE, .token = a_token(.kid = "nobody", .epoch = i + 1)), 401,
		       "TOKEN_INVALID");
	cr_assert_leq(backend.jwks_asked, asked + 1);
}

Test(credentials, keys_that_come_late_are_waited_for)
{
	backend.jwks_down = true;
	fixture_start();
	expect(http(ONE, .token = a_token()), 503, "KEYS_UNAVAILABLE");
	backend.jwks_down = false;
	for (instant end = instant_monotonic() + SECONDS(10);;) {
		struct raw_answer answer = http(ONE, .token = a_token());
		int status = answer.status;

		raw_answer_free(&answer);
		if (status == 200)
			break;
		cr_assert_eq(status, 503);
		cr_assert_lt(instant_monotonic(), end);
	}
}

Test(credentials, the_end_of_a_session_is_seen_at_once)
{
	const char *token;

	fixture_start();
	token = a_token();
	expect(http(ONE, .token = token), 200, "");
	fixture_end_session();
	expect(http(ONE, .token = token), 401, "SESSION_ENDED");
	fixture_put_session(2);
	expect(http(ONE, .token = token), 401, "TOKEN_STALE");
	expect(http(ONE, .token = a_token(.epoch = 2)), 200, "");
	cr_assert_eq(backend.session_checks, 0);
}

Test(credentials, a_session_that_redis_forgot_is_asked_of_auth)
{
	const char *unknown = "0190f3c2-0000-7000-8000-0000000000ff";

	fixture_start();
	expect(http(ONE, .token = a_token(.sid = unknown)), 200, "");
	cr_assert_eq(backend.session_checks, 1);
	backend.session_alive = false;
	expect(http(ONE, .token = a_token(.sid = "0190f3c2-0000-7000-8000-0000000000fe")), 401,
	       "SESSION_ENDED");
}

Test(credentials, without_redis_sessions_are_auths_and_limits_local)
{
	int ok = 0, limited = 0;

	config.rate_percent = 2; /* reads: a burst of 12 */
	fixture_start();
	redis_server_kill(&redis);
	for (int i = 0; i < 30; i++) {
		struct raw_answer answer = http(ONE, .token = a_token());

		ok += answer.status == 200;
		limited += answer.status == 429;
		raw_answer_free(&answer);
	}
	cr_assert_eq(ok + limited, 30, "never a 5xx");
	cr_assert(ok >= 12 && ok <= 16, "%d", ok);
	cr_assert_geq(backend.session_checks, 1);
	backend.session_alive = false;
	for (instant end = instant_monotonic() + SECONDS(5);;) {
		struct raw_answer answer =
			http(ONE, .token = a_token(.permissions = "programs:read"));
		int status = answer.status;

		raw_answer_free(&answer);
		if (status == 401)
			break;
		cr_assert_lt(instant_monotonic(), end, "a revocation is seen without Redis too");
		usleep(20000);
	}
}

Test(credentials, partner_keys_are_checked_and_kept_for_a_second_only)
{
	const char *key = a_key("aeg_live");
	instant revoked_at;

	fixture_start();
	for (int i = 0; i < 5; i++)
		expect(http("/api/verification-codes/validate", .method = "POST", .token = key,
			    .body = "{\"code\":\"ABCD-EFGH-JKMN\"}"),
		       200, "");
	cr_assert_leq(backend.key_checks, 2);
	cr_assert_eq(backend.principal_kind, PRINCIPAL_PARTNER_KEY);
	expect(http("/api/verification-codes/redeem", .method = "POST", .token = key,
		    .headers = "Idempotency-Key: k\r\n", .body = "{\"code\":\"ABCD-EFGH-JKMN\"}"),
	       403, "SCOPE_REQUIRED");
	backend.key_revoked = true;
	revoked_at = instant_monotonic();
	for (int status = 0; status != 401;) {
		struct raw_answer answer =
			http("/api/verification-codes/validate", .method = "POST", .token = key,
			     .body = "{\"code\":\"ABCD-EFGH-JKMN\"}");

		status = answer.status;
		raw_answer_free(&answer);
		cr_assert_lt(instant_monotonic() - revoked_at, MILLIS(1500));
		usleep(20000);
	}
}

Test(credentials, a_consumers_token_is_handed_on_whole)
{
	const char *token = a_key("ses");

	fixture_start();
	expect(http("/api/screening-sessions/" SESSION, .token = token), 200, "");
	cr_assert_eq(backend.principal_kind, PRINCIPAL_SESSION);
	cr_assert_str_eq(backend.scope0, token);
	cr_assert_str_eq(backend.tenant, TENANT);
	expect(http(ONE, .token = token), 403, "PERMISSION_REQUIRED");
}

/* What a tenant calls its roles gives nobody power over the platform. */
Test(credentials, a_role_named_platform_admin_is_a_role)
{
	const char *named = a_token(.role = "platform_admin");

	fixture_start();
	expect(http("/api/auth/me", .token = named, .headers = "Aegis-Tenant: " OTHER "\r\n"), 200,
	       "");
	cr_assert_eq(backend.principal_kind, PRINCIPAL_USER);
	cr_assert_str_eq(backend.tenant, TENANT);
	expect(http("/api/compliance/sources", .method = "POST", .token = named, .body = "{}"), 403,
	       "PERMISSION_REQUIRED");
	expect(http("/api/auth/me", .token = a_token(.role = "platform_admin", .org = "-")), 401,
	       "TOKEN_INVALID");
	expect(http("/api/auth/me", .token = a_token(.admin = true)), 401, "TOKEN_INVALID");
}

Test(credentials, an_administrator_names_the_tenant)
{
	fixture_start();
	fixture_put_admin_session();
	expect(http("/api/auth/me", .token = a_token(.admin = true, .org = "-"),
		    .headers = "Aegis-Tenant: " OTHER "\r\n"),
	       200, "");
	cr_assert_eq(backend.principal_kind, PRINCIPAL_ADMIN);
	cr_assert_str_eq(backend.tenant, OTHER);
	cr_assert_eq(backend.session_checks, 0, "the session's own record is found");
}
