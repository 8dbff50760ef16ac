/* Links that mails hold: opening one changes nothing, the button behind it does. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "gateway/fixture.h"

TestSuite(link_page, .init = fixture_up, .fini = fixture_down);

#define LINK	"/api/auth/verify-email/ev_abc"
#define BROWSER "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"

static void expect_page(struct raw_answer *answer)
{
	const char *policy;

	cr_assert_str_eq(raw_header(answer, "Content-Type"), "text/html; charset=utf-8");
	cr_assert_str_eq(raw_header(answer, "Cache-Control"), "no-store");
	cr_assert_str_eq(raw_header(answer, "Referrer-Policy"), "no-referrer");
	policy = raw_header(answer, "Content-Security-Policy");
	cr_assert(strstr(policy, "default-src 'none'") && strstr(policy, "form-action 'self'"),
		  "%s", policy);
	cr_assert_not(strstr(policy, "script-src") || strstr(policy, "unsafe"));
	cr_assert_not(strstr(answer->body, "<script") || strstr(answer->body, "ev_abc"));
}

Test(link_page, opening_the_link_or_asking_for_its_head_reaches_no_daemon)
{
	struct raw_answer answer;

	fixture_start();
	answer = http(LINK, .headers = BROWSER);
	cr_assert_eq(answer.status, 200, "%s", answer.body);
	expect_page(&answer);
	cr_assert(strstr(answer.body, "<form method=\"post\"><button>Confirm</button></form>"));
	raw_answer_free(&answer);
	expect(http(LINK), 200, "");
	expect(http(LINK, .method = "HEAD"), 200, "");
	cr_assert_eq(backend.calls, 0);
}

Test(link_page, the_button_sends_the_call_and_shows_the_outcome_as_a_page)
{
	struct raw_answer answer;

	fixture_start();
	answer = http(LINK, .method = "POST",
		      .headers = BROWSER "Content-Type: application/x-www-form-urlencoded\r\n"
					 "Origin: null\r\n");
	cr_assert_eq(answer.status, 200, "%s", answer.body);
	expect_page(&answer);
	cr_assert(strstr(answer.body, "Your address is confirmed."));
	cr_assert_not(strstr(answer.body, "<form"));
	raw_answer_free(&answer);
	cr_assert_eq(backend.calls, 1);
	cr_assert_str_eq(backend.method, "VerifyEmail");
}

Test(link_page, a_refusal_is_a_page_with_the_contracts_sentence)
{
	char path[512];
	struct raw_answer answer;

	fixture_start();
	snprintf(path, sizeof path, "/api/auth/verify-email/%0300d", 0);
	answer = http(path, .method = "POST", .headers = BROWSER);
	cr_assert_eq(answer.status, 400, "%s", answer.body);
	expect_page(&answer);
	cr_assert(strstr(answer.body, "Some fields of the request are not valid"), "%s",
		  answer.body);
	raw_answer_free(&answer);
	expect(http(path, .method = "POST"), 400, "INVALID_FIELDS");
	cr_assert_eq(backend.calls, 0);
}

Test(link_page, other_clients_get_json_and_other_methods_are_told_what_there_is)
{
	struct raw_answer answer;

	fixture_start();
	answer = http(LINK, .method = "POST");
	cr_assert_str_eq(raw_header(&answer, "Content-Type"), "application/json");
	expect(answer, 200, "");
	answer = http(LINK, .method = "DELETE");
	cr_assert_str_eq(raw_header(&answer, "Allow"), "GET, HEAD, OPTIONS, POST");
	expect(answer, 405, "METHOD_NOT_ALLOWED");
	expect(http("/api/auth/verify-email/a/b"), 404, "ROUTE_NOT_FOUND");
	expect(http(LINK, .on_private_port = true), 404, "ROUTE_NOT_FOUND");
}
