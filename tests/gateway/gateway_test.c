/* From HTTP to a daemon and back. */
#include <criterion/criterion.h>
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
	expect(http(ONE ":end", .method = "POST", .token = a_token()), 500, "INTERNAL");
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
