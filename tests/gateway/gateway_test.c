/* From HTTP to a daemon and back. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/bearer.h"
#include "gateway/fixture.h"

TestSuite(gateway, .init = fixture_up, .fini = fixture_down);

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

Test(gateway, a_read_goes_all_the_way_and_carries_its_context)
{
	struct raw_answer answer;

	fixture_start();
	answer = http(ONE, .token = a_token(),
		      .headers = "X-Request-Id: req.1\r\nTraceparent: "
				 "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n");
	cr_assert_eq(answer.status, 200, "%s", answer.body);
	cr_assert(strstr(answer.body, "\"name\":\"Statin assistance\""), "%s", answer.body);
	cr_assert_str_eq(raw_header(&answer, "Content-Type"), "application/json");
	cr_assert_str_eq(raw_header(&answer, "X-Request-Id"), "req.1");
	cr_assert_str_eq(raw_header(&answer, "X-Content-Type-Options"), "nosniff");
	cr_assert_str_eq(raw_header(&answer, "Cache-Control"), "no-store");
	cr_assert_str_eq(raw_header(&answer, "Referrer-Policy"), "no-referrer");
	cr_assert_str_eq(raw_header(&answer, "Content-Security-Policy"),
			 "default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
	cr_assert(strstr(raw_header(&answer, "RateLimit-Policy"), "\"read\";q=600;w=6"));
	cr_assert_str_eq(backend.method, "GetProgram");
	cr_assert_str_eq(backend.request_id, "req.1");
	cr_assert_eq(strncmp(backend.traceparent, "00-0af7651916cd43dd8448eb211c80319c-", 36), 0);
	cr_assert_eq(backend.principal_kind, PRINCIPAL_USER);
	cr_assert_str_eq(backend.tenant, TENANT);
	cr_assert_str_eq(backend.client_addr, "127.0.0.1");
	raw_answer_free(&answer);
}

Test(gateway, creating_answers_201_and_hands_the_idempotency_key_on)
{
	fixture_start();
	expect(http(PROGRAMS, .method = "POST", .token = a_token(),
		    .headers = "Idempotency-Key: abc\r\n",
		    .body = "{\"name\":\"Statin\",\"drug\":\"Atorvastatin\"}"),
	       201, "");
	cr_assert_str_eq(backend.idempotency_key, "abc");
	expect(http(PROGRAMS, .method = "POST", .token = a_token(),
		    .headers = "Idempotency-Key: a b\r\n",
		    .body = "{\"name\":\"Statin\",\"drug\":\"Atorvastatin\"}"),
	       400, "IDEMPOTENCY_KEY_INVALID");
}

Test(gateway, a_patch_names_the_members_it_carries)
{
	fixture_start();
	expect(http(ONE, .method = "PATCH", .token = a_token(), .body = "{\"name\":\"New\"}"), 200,
	       "");
	cr_assert_str_eq(backend.mask, "name");
}

Test(gateway, bad_bodies_are_told_by_field_and_never_reach_a_daemon)
{
	struct raw_answer answer;

	fixture_start();
	expect(http(PROGRAMS, .method = "POST", .token = a_token(), .body = "{\"name\":"), 400,
	       "MALFORMED_JSON");
	expect(http(PROGRAMS, .method = "POST", .token = a_token(), .body = "{}"), 400,
	       "INVALID_FIELDS");
	answer = http(PROGRAMS, .method = "POST", .token = a_token(),
		      .body = "{\"name\":\"x\",\"nonsense\":1}");
	cr_assert(strstr(answer.body, "\"field\":\"nonsense\""), "%s", answer.body);
	expect(answer, 400, "INVALID_FIELDS");
	expect(http("/api/programs/not-an-id", .token = a_token()), 400, "INVALID_FIELDS");
	expect(http(PROGRAMS "?pageSize=x", .token = a_token()), 400, "INVALID_FIELDS");
	expect(http(PROGRAMS "?unknown=1", .token = a_token()), 400, "INVALID_FIELDS");
	expect(http(ONE, .token = a_token(), .body = "{}"), 400, "BODY_NOT_ALLOWED");
	cr_assert_eq(backend.calls, 0);
}

Test(gateway, errors_of_daemons_become_problems)
{
	struct raw_answer answer;

	fixture_start();
	answer = http(ONE ":pause", .method = "POST", .token = a_token());
	cr_assert(strstr(answer.body, "There is no such program."));
	cr_assert(strstr(answer.body, "\"requestId\":"));
	expect(answer, 404, "PROGRAM_NOT_FOUND");
	expect(http(ONE ":end", .method = "POST", .token = a_token()), 500, "MALFORMED_REPLY");
	expect(http(ONE, .method = "DELETE", .token = a_token()), 204, "");
}

Test(gateway, paths_and_methods_that_do_not_exist)
{
	struct raw_answer answer;

	fixture_start();
	expect(http("/api/nothing"), 404, "ROUTE_NOT_FOUND");
	expect(http("/metrics"), 404, "ROUTE_NOT_FOUND");
	expect(http("/api/health", .on_private_port = true), 404, "ROUTE_NOT_FOUND");
	expect(http("/api/programs/"), 404, "ROUTE_NOT_FOUND");
	answer = http(PROGRAMS, .method = "PUT", .token = a_token(), .body = "{}");
	cr_assert_str_eq(raw_header(&answer, "Allow"), "GET, HEAD, OPTIONS, POST");
	expect(answer, 405, "METHOD_NOT_ALLOWED");
	answer = http(PROGRAMS, .method = "OPTIONS");
	cr_assert_str_eq(raw_header(&answer, "Allow"), "GET, HEAD, OPTIONS, POST");
	expect(answer, 204, "");
	answer = http(ONE, .method = "HEAD", .token = a_token());
	cr_assert_eq(answer.status, 200);
	raw_answer_free(&answer);
}

Test(gateway, media_types_are_json)
{
	fixture_start();
	expect(http(ONE, .token = a_token(), .headers = "Accept: text/html\r\n"), 406,
	       "NOT_ACCEPTABLE");
	expect(http(ONE, .token = a_token(), .headers = "Accept: application/json;q=0\r\n"), 406,
	       "NOT_ACCEPTABLE");
	expect(http(ONE, .token = a_token(), .headers = "Accept: text/html, */*;q=0.1\r\n"), 200,
	       "");
	expect(http(PROGRAMS, .method = "POST", .token = a_token(),
		    .headers = "Content-Type: text/plain\r\n", .body = "{}"),
	       415, "UNSUPPORTED_MEDIA_TYPE");
	expect(http(PROGRAMS, .method = "POST", .token = a_token(),
		    .headers = "Content-Encoding: gzip\r\n", .body = "{}"),
	       415, "UNSUPPORTED_MEDIA_TYPE");
}

Test(gateway, tokens_that_are_not_good_are_401)
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

Test(gateway, permissions_and_tenants_are_kept)
{
	fixture_start();
	expect(http(ONE, .token = a_token(.permissions = "users:read")), 403,
	       "PERMISSION_REQUIRED");
	expect(http("/api/tenants/" OTHER "/compliance/events",
		    .token = a_token(.permissions = "compliance:read")),
	       404, "TENANT_NOT_FOUND");
	cr_assert_eq(backend.calls, 0);
}

Test(gateway, a_new_key_is_fetched_when_a_token_names_it)
{
	config.unknown_key_ms = 10;
	fixture_start();
	expect(http(ONE, .token = a_token()), 200, "");
	fixture_rotate_keys();
	usleep(20000);
	expect(http(ONE, .token = a_token(.kid = "k2")), 200, "");
	expect(http(ONE, .token = a_token()), 200, "");
}

Test(gateway, keys_that_nobody_has_do_not_make_it_ask)
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

Test(gateway, keys_that_come_late_are_waited_for)
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

Test(gateway, the_end_of_a_session_is_seen_at_once)
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

Test(gateway, a_session_that_redis_forgot_is_asked_of_auth)
{
	const char *unknown = "0190f3c2-0000-7000-8000-0000000000ff";

	fixture_start();
	expect(http(ONE, .token = a_token(.sid = unknown)), 200, "");
	cr_assert_eq(backend.session_checks, 1);
	backend.session_alive = false;
	expect(http(ONE, .token = a_token(.sid = "0190f3c2-0000-7000-8000-0000000000fe")), 401,
	       "SESSION_ENDED");
}

Test(gateway, without_redis_sessions_are_auths_and_limits_local)
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

Test(gateway, the_limit_is_exact_and_told)
{
	struct raw_answer answer;
	int ok = 0;

	config.rate_percent = 5; /* writes: a burst of 10, 60 a minute */
	fixture_start();
	for (int i = 0; i < 25; i++) {
		answer = http(PROGRAMS, .method = "POST", .token = a_token(),
			      .body = "{\"name\":\"Statin\",\"drug\":\"Atorvastatin\"}");
		ok += answer.status == 201;
		if (i == 24) {
			cr_assert_eq(answer.status, 429);
			cr_assert_str_eq(raw_header(&answer, "Retry-After"), "1");
			cr_assert(strstr(raw_header(&answer, "RateLimit"), "\"write\";r=0"));
			cr_assert(strstr(answer.body, "\"retryAfter\":1"));
		}
		raw_answer_free(&answer);
	}
	cr_assert(ok == 10 || ok == 11, "%d", ok);
	cr_assert_eq(backend.calls, ok);
}

Test(gateway, public_routes_are_limited_by_address)
{
	int limited = 0;

	config.rate_percent = 25; /* auth: a burst of 5 */
	fixture_start();
	for (int i = 0; i < 12; i++) {
		struct raw_answer answer =
			http("/api/auth/login", .method = "POST",
			     .body = "{\"email\":\"a@b.example\",\"password\":\"aaaaaaaaaaaa\"}");

		limited += answer.status == 429;
		raw_answer_free(&answer);
	}
	cr_assert(limited == 7 || limited == 6, "%d", limited);
}

Test(gateway, partner_keys_are_checked_and_kept_for_a_second_only)
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

Test(gateway, a_consumers_token_is_handed_on_whole)
{
	const char *token = a_key("ses");

	fixture_start();
	expect(http("/api/screening-sessions/" SESSION, .token = token), 200, "");
	cr_assert_eq(backend.principal_kind, PRINCIPAL_SESSION);
	cr_assert_str_eq(backend.scope0, token);
	cr_assert_str_eq(backend.tenant, TENANT);
	expect(http(ONE, .token = token), 403, "PERMISSION_REQUIRED");
}

Test(gateway, a_required_idempotency_key_is_asked_for)
{
	fixture_start();
	expect(http("/api/screening-sessions/" SESSION "/verification-code", .method = "POST",
		    .token = a_key("ses"), .body = "{}"),
	       400, "IDEMPOTENCY_KEY_REQUIRED");
}

Test(gateway, a_daemon_that_is_away_is_503_at_once)
{
	struct raw_answer answer;
	instant begin;

	fixture_start();
	expect(http(ONE, .token = a_token()), 200, "");
	fixture_stop_backend();
	begin = instant_monotonic();
	answer = http(ONE, .token = a_token());
	cr_assert_not_null(raw_header(&answer, "Retry-After"));
	cr_assert(answer.status == 503 || answer.status == 504, "%s", answer.body);
	raw_answer_free(&answer);
	cr_assert_lt(instant_monotonic() - begin, SECONDS(6));
	answer = http("/api/health");
	cr_assert(strstr(answer.body, "\"program\":\"unreachable\""), "%s", answer.body);
	cr_assert_eq(answer.status, 503);
	raw_answer_free(&answer);
	fixture_start_backend();
	for (instant end = instant_monotonic() + SECONDS(20);;) {
		int status;

		answer = http(ONE, .token = a_token());
		status = answer.status;
		raw_answer_free(&answer);
		if (status == 200)
			break;
		cr_assert_lt(instant_monotonic(), end, "it does not come back");
		usleep(20000);
	}
}

/* Keys are fetched after the start: asked for until they are there. */
static struct raw_answer jwks(void)
{
	for (instant end = instant_monotonic() + SECONDS(20);;) {
		struct raw_answer answer = http("/.well-known/jwks.json");

		if (answer.status == 200)
			return answer;
		raw_answer_free(&answer);
		cr_assert_lt(instant_monotonic(), end, "no keys");
		usleep(20000);
	}
}

Test(gateway, its_own_routes)
{
	struct raw_answer answer;
	char etag[128];

	fixture_start();
	expect(http("/"), 200, "");
	answer = http("/api/health");
	cr_assert_eq(answer.status, 200);
	cr_assert(strstr(answer.body, "\"program\":\"serving\""), "%s", answer.body);
	raw_answer_free(&answer);
	answer = jwks();
	cr_assert(strstr(answer.body, "\"kid\":\"k1\""), "%s", answer.body);
	raw_answer_free(&answer);
	answer = http("/openapi.json");
	cr_assert_eq(answer.status, 200);
	cr_assert(strstr(answer.body, "\"/api/programs/{id}\""));
	snprintf(etag, sizeof etag, "If-None-Match: %s\r\n", raw_header(&answer, "ETag"));
	raw_answer_free(&answer);
	expect(http("/openapi.json", .headers = etag), 304, "");
	expect(http("/livez", .on_private_port = true), 200, "");
	answer = http("/metrics", .on_private_port = true);
	cr_assert(strstr(answer.body, "aegis_calls_total{daemon=\"program\",method=\"X\"} 7"));
	cr_assert(strstr(answer.body, "aegis_up{daemon=\"audit\"} 1"));
	cr_assert(strstr(answer.body,
			 "aegis_gateway_requests_total{daemon=\"gateway\",route=\"other\""));
	raw_answer_free(&answer);
	expect(http("/docs", .method = "POST", .body = "{}"), 405, "METHOD_NOT_ALLOWED");
}

Test(gateway, browsers_of_listed_origins_only)
{
	struct raw_answer answer;

	config.cors_origins = "https://app.example https://admin.example";
	fixture_start();
	answer = http(PROGRAMS, .method = "OPTIONS",
		      .headers = "Origin: https://app.example\r\n"
				 "Access-Control-Request-Method: POST\r\n");
	cr_assert_str_eq(raw_header(&answer, "Access-Control-Allow-Origin"), "https://app.example");
	cr_assert(strstr(raw_header(&answer, "Access-Control-Allow-Headers"), "Idempotency-Key"));
	cr_assert(strstr(raw_header(&answer, "Access-Control-Allow-Headers"), "If-Match"));
	cr_assert(strstr(raw_header(&answer, "Access-Control-Allow-Headers"), "If-None-Match"));
	cr_assert(strstr(raw_header(&answer, "Access-Control-Expose-Headers"), "ETag"));
	cr_assert_str_eq(raw_header(&answer, "Vary"), "Origin");
	raw_answer_free(&answer);
	answer = http("/", .headers = "Origin: https://app.example.evil\r\n");
	cr_assert_null(raw_header(&answer, "Access-Control-Allow-Origin"));
	raw_answer_free(&answer);
}

Test(gateway, the_client_address_is_the_trusted_proxys_word_only)
{
	fixture_start();
	expect(http(ONE, .token = a_token(), .headers = "X-Forwarded-For: 192.0.2.7\r\n"), 200, "");
	cr_assert_str_eq(backend.client_addr, "127.0.0.1");
}

Test(gateway, behind_a_trusted_proxy_the_last_foreign_address_counts)
{
	config.trusted_proxies = "127.0.0.1 10.0.0.1";
	fixture_start();
	expect(http(ONE, .token = a_token(),
		    .headers = "X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.0.0.1\r\n"),
	       200, "");
	cr_assert_str_eq(backend.client_addr, "192.0.2.7");
}

static void expect_hsts(const char *path, const char *proto, const char *want)
{
	struct raw_answer answer = http(path, .headers = proto);
	const char *got = raw_header(&answer, "Strict-Transport-Security");

	cr_expect_str_eq(got ? got : "", want, "%s %s", path, proto);
	raw_answer_free(&answer);
}

Test(gateway, what_comes_over_tls_tells_browsers_to_stay_there)
{
	static const char *const paths[] = {"/", "/docs", ONE, "/nowhere"};
	const char *https = "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n";
	const char *plain = "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http\r\n";

	config.trusted_proxies = "127.0.0.1";
	fixture_start();
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		expect_hsts(paths[i], https, "max-age=31536000; includeSubDomains");
		expect_hsts(paths[i], plain, "");
	}
}

Test(gateway, a_body_is_as_long_as_its_call_can_need)
{
	static char body[32 * 1024];

	fixture_start();
	snprintf(body, sizeof body, "{\"refreshToken\":\"%0*d\"}", 16 * 1024, 7);
	expect(http("/api/auth/refresh", .method = "POST", .body = body), 413, "BODY_TOO_LARGE");
}

Test(gateway, the_guards_refusals_are_problems_too)
{
	fixture_start();
	expect(http("/a/../b"), 400, "DOT_SEGMENT");
	expect(http(PROGRAMS, .method = "BREW"), 501, "METHOD_NOT_SUPPORTED");
}

/* What a tenant calls its roles gives nobody power over the platform. */
Test(gateway, a_role_named_platform_admin_is_a_role)
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

Test(gateway, an_administrator_names_the_tenant)
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
