#include "http/problem.h"

#include "base/arena.h"
#include "http/ratelimit.h"

/* Reasons whose HTTP status is another one than that of their code. */
static const struct {
	enum reason reason;
	int http;
} own_status[] = {
	/* 429 would blame the caller, whom slowing down does not help. */
	{REASON_DATABASE_FULL, 503},
	{REASON_IDEMPOTENCY_KEY_REUSED, 422},
	{REASON_PRECONDITION_FAILED, 412},
	/* Nothing about the request is wrong, and repeating it does not help. */
	{REASON_ATTEMPT_LIMIT, 409},
	{REASON_CODE_BUDGET_EXHAUSTED, 409},
	{REASON_KEY_LIMIT, 409},
};

int problem_http(const struct problem *problem)
{
	if (problem->http)
		return problem->http;
	for (size_t i = 0; i < sizeof own_status / sizeof *own_status; i++)
		if (own_status[i].reason == problem->status.reason)
			return own_status[i].http;
	return status_http(problem->status.code);
}

const char *problem_title(int http)
{
	const char *phrase = status_http_phrase(http);

	return phrase ? phrase : http < 500 ? "Client Error" : "Server Error";
}

static void add_text(struct strbuf *out, const char *name, const char *text)
{
	if (!text)
		return;
	if (out->ptr[out->len - 1] != '{')
		strbuf_add_char(out, ',');
	strbuf_add_char(out, '"');
	strbuf_add_c(out, name);
	strbuf_add_c(out, "\":");
	strbuf_add_json(out, str_of(text));
}

static void add_fields(struct strbuf *out, const struct field_error *fields, size_t n)
{
	if (n == 0)
		return;
	strbuf_add_c(out, ",\"fields\":[");
	for (size_t i = 0; i < n; i++) {
		strbuf_add_c(out, i ? ",{" : "{");
		add_text(out, "field", fields[i].field ? fields[i].field : "");
		add_text(out, "reason", fields[i].reason);
		add_text(out, "message", fields[i].message);
		strbuf_add_char(out, '}');
	}
	strbuf_add_char(out, ']');
}

static void add_type(struct strbuf *out, enum reason reason)
{
	add_text(out, "type",
		 reason ? arena_printf(out->arena, PROBLEM_TYPE_BASE "%s", reason_name(reason))
			: "about:blank");
}

void problem_write(struct strbuf *out, const struct problem *problem)
{
	int http = problem_http(problem);

	strbuf_add_char(out, '{');
	add_type(out, problem->status.reason);
	add_text(out, "title", problem_title(http));
	strbuf_printf(out, ",\"status\":%d", http);
	add_text(out, "detail", problem->detail);
	add_text(out, "instance", problem->instance);
	add_text(out, "code", status_code_name(problem->status.code));
	if (problem->status.reason)
		add_text(out, "reason", reason_name(problem->status.reason));
	add_text(out, "requestId", problem->request_id);
	add_fields(out, problem->fields, problem->n_fields);
	if (problem->retry_after_ms)
		strbuf_printf(out, ",\"retryAfter\":%u",
			      retry_after_seconds(problem->retry_after_ms));
	strbuf_add_char(out, '}');
}
