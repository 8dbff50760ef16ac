/*
 * The log of requests: who, what, whence and with which outcome, for what is let
 * in as for what is refused; nothing of what was sent.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/uuid.h"
#include "crypto/bearer.h"
#include "fixture.h"

#define ONE	 "/api/programs/" PROGRAM
#define VALIDATE "/api/verification-codes/validate"
#define CANARY	 "WXYZ-7890-QRST"

static char path[] = "/tmp/aegis-request-log-XXXXXX";
static int log_file;

static void begin(void)
{
	fixture_up();
	log_file = mkstemp(path);
	cr_assert_geq(log_file, 0);
	unlink(path);
	config.access_log = true;
	log_set_fd(log_file);
	fixture_start();
}

TestSuite(request_log, .init = begin, .fini = fixture_down, .timeout = 120);

static const char *logged(void)
{
	static char text[1 << 18];
	ssize_t n = pread(log_file, text, sizeof text - 1, 0);

	cr_assert_geq(n, 0);
	text[n] = '\0';
	return text;
}

/* The line of the request with this id; a line may come after its answer. */
static const char *line_of(const char *request_id)
{
	static char line[4096];
	char wanted[64];

	snprintf(wanted, sizeof wanted, "\"request_id\":\"%s\"", request_id);
	for (instant end = instant_monotonic() + SECONDS(20);; usleep(1000)) {
		const char *text = logged(), *at = strstr(text, wanted), *from = at, *to;

		cr_assert_lt(instant_monotonic(), end, "no line of %s:\n%s", request_id, text);
		to = at ? strchr(at, '\n') : NULL;
		if (!to)
			continue;
		while (from > text && from[-1] != '\n')
			from--;
		snprintf(line, sizeof line, "%.*s", (int)(to - from), from);
		return line;
	}
}

static const char *a_key(void)
{
	static char text[BEARER_TEXT];
	struct uuid tenant, id;
	struct bearer bearer;

	cr_assert(uuid_parse(STR(TENANT), &tenant) && uuid_parse(STR(USER), &id));
	bearer = bearer_new("aeg_live", tenant, id);
	bearer_format(text, &bearer);
	return text;
}

/* Sends the request under an id of its own; its line says the outcome, and not what was sent. */
static void expect_line(const char *id, const char *at, struct http_args args, int status,
			const char *reason, const char *principal)
{
	char headers[256], wanted[160];
	struct raw_answer answer;
	const char *line;

	snprintf(headers, sizeof headers, "X-Request-Id: %s\r\n%s", id,
		 args.headers ? args.headers : "");
	args.headers = headers;
	answer = http_of(at, args);
	cr_expect_eq(answer.status, status, "%s: %d %s", id, answer.status, answer.body);
	raw_answer_free(&answer);
	line = line_of(id);
	snprintf(wanted, sizeof wanted, "\"status\":%d,\"reason\":\"%s\"", status, reason);
	cr_expect(strstr(line, wanted), "%s: not %s", line, wanted);
	snprintf(wanted, sizeof wanted, "\"principal\":\"%s\"", principal);
	cr_expect(strstr(line, wanted), "%s: not %s", line, wanted);
	cr_expect(strstr(line, "\"client\":\"127.0.0.1\""), "%s", line);
	cr_expect(strstr(line, "\"route\":\""), "%s", line);
	cr_expect_null(strstr(line, CANARY), "%s", line);
	if (args.token)
		cr_expect_null(strstr(line, args.token), "%s", line);
}

#define sent(...) ((struct http_args){__VA_ARGS__})

Test(request_log, says_of_every_sign_in_who_it_was_or_why_not)
{
	expect_line("user", ONE, sent(.token = a_token()), 200, "", "user");
	cr_expect(strstr(line_of("user"), "\"principal_id\":\"" USER "\""));
	cr_expect(strstr(line_of("user"), "\"tenant\":\"" TENANT "\""));
	expect_line("nobody", ONE, sent(), 401, "SIGN_IN_REQUIRED", "anonymous");
	expect_line("forged", ONE, sent(.token = a_token(.other_key = true)), 401, "TOKEN_INVALID",
		    "anonymous");
	expect_line("late", ONE, sent(.token = a_token(.expires_in_s = -60)), 401, "TOKEN_EXPIRED",
		    "anonymous");
	expect_line("key", VALIDATE,
		    sent(.method = "POST", .token = a_key(), .body = "{\"code\":\"" CANARY "\"}"),
		    200, "", "partner_key");
}

Test(request_log, says_of_a_revoked_key_that_it_was_refused)
{
	backend.key_revoked = true;
	expect_line("revoked", VALIDATE,
		    sent(.method = "POST", .token = a_key(), .body = "{\"code\":\"" CANARY "\"}"),
		    401, "KEY_REVOKED", "anonymous");
}

Test(request_log, says_of_every_refusal_whose_it_was_and_why)
{
	expect_line("permission", ONE, sent(.token = a_token(.permissions = "users:read")), 403,
		    "PERMISSION_REQUIRED", "user");
	expect_line("tenant", "/api/tenants/" OTHER "/compliance/events",
		    sent(.token = a_token(.permissions = "compliance:read")), 404,
		    "TENANT_NOT_FOUND", "user");
	expect_line("body", VALIDATE,
		    sent(.method = "POST", .token = a_key(),
			 .body = "{\"code\":\"" CANARY "\",\"no\":1}"),
		    400, "INVALID_FIELDS", "partner_key");
	expect_line("nowhere", "/api/" CANARY, sent(.token = a_token()), 404, "ROUTE_NOT_FOUND",
		    "anonymous");
	expect_line("guard", "/a/../" CANARY, sent(), 400, "DOT_SEGMENT", "anonymous");
}
