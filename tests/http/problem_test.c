#include "http/problem.h"

#include <criterion/criterion.h>

#include "base/arena.h"

static const char *written(struct arena *arena, struct problem problem)
{
	struct strbuf buf = strbuf_new(arena);

	problem_write(&buf, &problem);
	return buf.ptr;
}

Test(problem, carries_what_clients_switch_on)
{
	struct arena *arena = arena_new(1 << 20);
	struct field_error fields[] = {{"items[2].code", "TOO_LONG", "is too long"},
				       {"email", "REQUIRED", NULL}};

	cr_expect_str_eq(
		written(arena, (struct problem){.status = FAIL(PROGRAM_NOT_FOUND)}),
		"{\"type\":\"/problems/PROGRAM_NOT_FOUND\",\"title\":\"Not Found\",\"status\":404,"
		"\"code\":\"NOT_FOUND\",\"reason\":\"PROGRAM_NOT_FOUND\"}");
	cr_expect_str_eq(
		written(arena, (struct problem){.status = FAIL(INVALID_FIELDS),
						.detail = "2 members are \"wrong\".",
						.instance = "/requests/r1",
						.request_id = "r1",
						.fields = fields,
						.n_fields = 2}),
		"{\"type\":\"/problems/INVALID_FIELDS\",\"title\":\"Bad Request\",\"status\":400,"
		"\"detail\":\"2 members are \\\"wrong\\\".\",\"instance\":\"/requests/r1\","
		"\"code\":\"INVALID_ARGUMENT\",\"reason\":\"INVALID_FIELDS\",\"requestId\":\"r1\","
		"\"fields\":[{\"field\":\"items[2].code\",\"reason\":\"TOO_LONG\",\"message\":\"is "
		"too long\"},{\"field\":\"email\",\"reason\":\"REQUIRED\"}]}");
	arena_free(&arena);
}

Test(problem, a_full_database_is_no_fault_of_who_asks)
{
	cr_expect_eq(problem_http(&(struct problem){.status = FAIL(DATABASE_FULL)}), 503);
	cr_expect_eq(problem_http(&(struct problem){.status = FAIL(QUEUE_LIMIT)}), 429);
}

Test(problem, the_edge_may_name_its_own_http_status)
{
	struct arena *arena = arena_new(1 << 20);
	struct problem problem = {.status = FAIL(METHOD_NOT_ALLOWED), .http = 405};

	cr_expect_eq(problem_http(&problem), 405);
	cr_expect_not_null(
		strstr(written(arena, problem), "\"title\":\"Method Not Allowed\",\"status\":405"));
	cr_expect_not_null(
		strstr(written(arena, (struct problem){.status = {.code = STATUS_UNKNOWN}}),
		       "\"type\":\"about:blank\",\"title\":\"Internal Server Error\""));
	arena_free(&arena);
}

Test(problem, waiting_is_told_in_whole_seconds)
{
	struct arena *arena = arena_new(1 << 20);
	struct problem problem = {.status = FAIL(RATE_LIMITED), .retry_after_ms = 1001};

	cr_expect_not_null(strstr(written(arena, problem), ",\"retryAfter\":2}"));
	cr_expect_eq(problem_http(&problem), 429);
	arena_free(&arena);
}

Test(problem, a_title_is_the_phrase_of_the_status)
{
	cr_expect_str_eq(problem_title(422), "Unprocessable Content");
	cr_expect_str_eq(problem_title(418), "Client Error");
	cr_expect_str_eq(problem_title(599), "Server Error");
	cr_expect_null(status_http_phrase(418));
	cr_expect_str_eq(status_http_phrase(201), "Created");
}

Test(problem, every_code_has_a_title)
{
	for (int code = STATUS_CANCELLED; code <= STATUS_UNAUTHENTICATED; code++) {
		const char *title = problem_title(status_http((enum status_code)code));

		cr_expect(strcmp(title, "Client Error") != 0 && strcmp(title, "Server Error") != 0,
			  "code %d", code);
	}
}

/* 429 would have clients repeat what no waiting helps. */
Test(problem, what_waiting_does_not_help_is_a_conflict)
{
	static const enum reason reasons[] = {REASON_ATTEMPT_LIMIT, REASON_CODE_BUDGET_EXHAUSTED,
					      REASON_KEY_LIMIT};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		cr_expect_eq(problem_http(&(struct problem){.status = fail_as(reasons[i])}), 409);
	cr_expect_eq(problem_http(&(struct problem){.status = FAIL(IDEMPOTENCY_KEY_REUSED)}), 422);
}
