/* Conditional requests, and the null and the names of fields in PATCH, from HTTP to a daemon. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "gateway/fixture.h"

static void start(void)
{
	fixture_up();
	fixture_start();
	backend.program_version = 7;
}

TestSuite(precondition, .init = start, .fini = fixture_down);

#define ONE "/api/programs/" PROGRAM

/* The ETag of the program as it is now. */
static const char *etag_now(void)
{
	static char etag[64];
	struct raw_answer answer = http(ONE, .token = a_token());

	cr_assert_eq(answer.status, 200);
	cr_assert_not_null(raw_header(&answer, "ETag"));
	snprintf(etag, sizeof etag, "%s", raw_header(&answer, "ETag"));
	raw_answer_free(&answer);
	return etag;
}

static const char *line(const char *name, const char *before, const char *etag, const char *after)
{
	static char text[256];

	snprintf(text, sizeof text, "%s: %s%s%s\r\n", name, before, etag, after);
	return text;
}

static void expect_answer(struct raw_answer answer, int status, const char *part)
{
	cr_expect_eq(answer.status, status, "%d: %s", answer.status, answer.body);
	cr_expect(strstr(answer.body, part), "%s: %s", part, answer.body);
	raw_answer_free(&answer);
}

static struct raw_answer patch(const char *headers, const char *body)
{
	return http(ONE, .method = "PATCH", .token = a_token(), .headers = headers, .body = body);
}

Test(precondition, a_single_resource_has_an_etag_that_its_next_state_does_not_have)
{
	char first[64];

	snprintf(first, sizeof first, "%s", etag_now());
	cr_expect_str_eq(etag_now(), first);
	cr_expect_eq(strncmp(first, "\"7-", 3), 0, "%s", first);
	backend.program_version = 8;
	cr_expect_str_neq(etag_now(), first);
}

Test(precondition, the_same_path_has_another_etag_for_another_tenant)
{
	char first[64];
	struct raw_answer answer;

	snprintf(first, sizeof first, "%s", etag_now());
	answer = http(ONE, .token = a_token(.org = OTHER));
	cr_assert_eq(answer.status, 200);
	cr_expect_str_neq(raw_header(&answer, "ETag"), first);
	raw_answer_free(&answer);
}

Test(precondition, a_client_that_has_the_state_gets_304_without_a_body)
{
	const char *etag = etag_now();
	struct raw_answer answer =
		http(ONE, .token = a_token(),
		     .headers = line("If-None-Match", "\"other\", W/", etag, ""));

	cr_expect_eq(answer.status, 304);
	cr_expect_eq(answer.body_len, 0);
	cr_expect_str_eq(raw_header(&answer, "ETag"), etag);
	cr_expect_not_null(raw_header(&answer, "X-Request-Id"));
	raw_answer_free(&answer);
	expect_answer(http(ONE, .token = a_token(), .headers = "If-None-Match: \"6-00000000\"\r\n"),
		      200, "Statin");
}

Test(precondition, a_published_screener_that_the_client_has_is_304_until_it_is_retired)
{
	struct raw_answer answer;
	char etag[64];

	backend.screener_generation = 1782810000123456;
	answer = http(ONE "/screeners/1", .token = a_token(.permissions = "screeners:read"));
	cr_assert_eq(answer.status, 200, "%s", answer.body);
	cr_assert_not_null(raw_header(&answer, "ETag"));
	snprintf(etag, sizeof etag, "%s", raw_header(&answer, "ETag"));
	cr_expect_eq(strncmp(etag, "\"1782810000123456-", 18), 0, "%s", etag);
	raw_answer_free(&answer);
	answer = http(ONE "/screeners/1", .token = a_token(.permissions = "screeners:read"),
		      .headers = line("If-None-Match", "", etag, ""));
	cr_expect_eq(answer.status, 304);
	cr_expect_eq(answer.body_len, 0);
	raw_answer_free(&answer);
	backend.screener_generation++;
	expect_answer(http(ONE "/screeners/1", .token = a_token(.permissions = "screeners:read"),
			   .headers = line("If-None-Match", "", etag, "")),
		      200, "\"contentHash\":\"ab\"");
}

Test(precondition, a_change_that_builds_on_the_present_state_is_done_and_answers_the_next_etag)
{
	char before[64];
	struct raw_answer answer;

	snprintf(before, sizeof before, "%s", etag_now());
	answer = patch(line("If-Match", "", before, ""), "{\"name\":\"New\"}");
	cr_assert_eq(answer.status, 200, "%s", answer.body);
	cr_expect_str_neq(raw_header(&answer, "ETag"), before);
	cr_expect_eq(backend.program_version, 8);
	raw_answer_free(&answer);
	expect_answer(patch(line("If-Match", "", before, ""), "{\"name\":\"Newer\"}"), 412,
		      "PRECONDITION_FAILED");
	cr_expect_eq(backend.program_version, 8);
}

Test(precondition, another_state_a_weak_tag_or_a_foreign_tag_is_412_and_nothing_is_done)
{
	const char *etag = etag_now();

	expect_answer(patch("If-Match: \"6-deadbeef\"\r\n", "{\"name\":\"x\"}"), 412,
		      "PRECONDITION_FAILED");
	expect_answer(patch(line("If-Match", "W/", etag, ""), "{\"name\":\"x\"}"), 412,
		      "PRECONDITION_FAILED");
	expect_answer(http(ONE, .token = a_token(), .headers = "If-Match: \"zzz\"\r\n"), 412,
		      "PRECONDITION_FAILED");
	cr_expect_eq(backend.program_version, 7);
}

Test(precondition, if_match_with_a_star_takes_any_state)
{
	expect_answer(patch("If-Match: *\r\n", "{\"name\":\"x\"}"), 200, "");
	cr_expect_eq(backend.program_version, 8);
}

Test(precondition, what_cannot_be_compared_is_refused_and_nothing_is_done)
{
	static const char *const refused[] = {
		"If-Unmodified-Since: Mon, 30 Nov 2026 10:00:00 GMT\r\n",
		"If-Modified-Since: Mon, 30 Nov 2026 10:00:00 GMT\r\n",
		"If-Range: \"7-00000000\"\r\n",
		"If-None-Match: *\r\n",
		"If-Match: 7\r\n",
		"If-Match: \"7-0\r\n",
		"If-Match: \"7\", \"8\"\r\n",
		"If-Match:\r\n",
	};

	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		expect_answer(patch(refused[i], "{\"name\":\"x\"}"), 400,
			      "PRECONDITION_UNSUPPORTED");
	expect_answer(
		http("/api/programs", .token = a_token(), .headers = "If-None-Match: \"1\"\r\n"),
		400, "PRECONDITION_UNSUPPORTED");
	expect_answer(http(ONE ":pause", .method = "POST", .token = a_token(), .body = "{}",
			   .headers = "If-Match: \"7-00000000\"\r\n"),
		      400, "PRECONDITION_UNSUPPORTED");
	cr_expect_eq(backend.program_version, 7);
}

Test(precondition, a_body_that_names_another_version_than_if_match_is_refused)
{
	const char *etag = etag_now();

	expect_answer(patch(line("If-Match", "", etag, ""), "{\"name\":\"x\",\"version\":\"5\"}"),
		      400, "PRECONDITION_CONFLICT");
	expect_answer(patch(line("If-Match", "", etag, ""), "{\"name\":\"x\",\"version\":\"7\"}"),
		      200, "");
}

Test(precondition, null_in_a_patch_clears_what_is_optional_and_is_refused_elsewhere)
{
	expect_answer(patch("", "{\"endsOn\":null,\"codeBudget\":null,\"sponsor\":null}"), 200, "");
	cr_expect_str_eq(backend.mask, "ends_on,code_budget,sponsor");
	expect_answer(patch("", "{\"states\":null}"), 400,
		      "{\"field\":\"states\",\"reason\":\"NULL_VALUE\"");
	expect_answer(patch("", "{\"version\":null}"), 400, "{\"field\":\"version\"");
	expect_answer(http("/api/partners/" PROGRAM, .method = "PATCH",
			   .token = a_token(.permissions = "partners:write"),
			   .body = "{\"active\":null}"),
		      400, "{\"field\":\"active\",\"reason\":\"NULL_VALUE\"");
	expect_answer(http("/api/partners/" PROGRAM, .method = "PATCH",
			   .token = a_token(.permissions = "partners:write"),
			   .body = "{\"kind\":null}"),
		      400, "{\"field\":\"kind\",\"reason\":\"NULL_VALUE\"");
}

Test(precondition, a_problem_names_the_field_as_it_stands_in_the_body_that_was_sent)
{
	expect_answer(patch("", "{\"startsOn\":\"2026-13-01\"}"), 400, "{\"field\":\"startsOn\"");
	expect_answer(patch("", "{\"startsOn\":5}"), 400, "{\"field\":\"startsOn\"");
}

TestSuite(precondition_of_a_page, .init = fixture_up, .fini = fixture_down);

Test(precondition_of_a_page, a_refused_target_still_lets_the_page_of_an_allowed_origin_read_why)
{
	struct raw_answer answer;

	config.cors_origins = "https://app.example";
	fixture_start();
	answer = http("/api/programs/%zz", .token = a_token(),
		      .headers = "Origin: https://app.example\r\n");
	cr_expect_eq(answer.status, 400);
	cr_expect_not_null(raw_header(&answer, "Access-Control-Allow-Origin"));
	raw_answer_free(&answer);
	answer = http(ONE, .method = "OPTIONS",
		      .headers = "Origin: https://app.example\r\n"
				 "Access-Control-Request-Method: PATCH\r\n");
	cr_expect(strstr(raw_header(&answer, "Access-Control-Allow-Headers"), "If-Match"));
	raw_answer_free(&answer);
}
