/*
 * Every answer leaves through here, so that none lacks its request id, trace and
 * security headers, and no error is anything but problem+json.
 */
#include "builtin/link_page.h"
#include "call.h"
#include "http/problem.h"
#include "http/ratelimit.h"

struct gw_call *gw_call_of(struct gw_loop *loop, struct edge_exchange *x)
{
	struct gw_call *call = x->state;
	struct str id, parent;

	if (call)
		return call;
	call = arena_new_of(x->arena, struct gw_call);
	call->x = x;
	call->loop = loop;
	call->errors.arena = x->arena;
	call->client = (struct client){x->peer, x->is_tls};
	id = edge_head_field(&x->head, "x-request-id");
	request_id_choose(call->request_id, id, instant_now());
	parent = edge_head_field(&x->head, "traceparent");
	if (parent.ptr && trace_parse(parent, &call->trace))
		call->trace = trace_child(&call->trace);
	else
		call->trace = trace_new();
	x->state = call;
	return call;
}

static const char *const class_names[] = {
	[RPC_RATE_READ] = "read",	    [RPC_RATE_WRITE] = "write", [RPC_RATE_AUTH] = "auth",
	[RPC_RATE_EXPENSIVE] = "expensive", [RPC_RATE_CODE] = "code",	[RPC_RATE_NONE] = "none",
	[RPC_RATE_REFRESH] = "refresh",
};

static void add_ratelimit(struct gw_call *call, struct edge_answer *answer)
{
	const struct cache_verdict *verdict = &call->verdict;
	struct strbuf policy = strbuf_new(call->x->arena), state = strbuf_new(call->x->arena);
	struct ratelimit limit;

	if (!call->has_verdict || verdict->limit == 0 || !call->route)
		return;
	limit = (struct ratelimit){
		.policy = class_names[route_method(call->route)->policy.rate],
		.quota = verdict->limit,
		.window_s = verdict->window_s,
		.remaining = verdict->remaining,
		.reset_s = (verdict->reset_ms + 999) / 1000,
	};
	ratelimit_policy_field(&policy, &limit, 1);
	ratelimit_field(&state, &limit, 1);
	edge_answer_add(answer, "RateLimit-Policy", strbuf_str(&policy));
	edge_answer_add(answer, "RateLimit", strbuf_str(&state));
}

void gw_common_fields(struct gw_call *call, struct edge_answer *answer)
{
	char *parent = arena_alloc(call->x->arena, TRACEPARENT_TEXT);

	trace_format(parent, &call->trace);
	edge_answer_add(answer, "X-Request-Id", str_of(call->request_id));
	edge_answer_add(answer, "Traceparent", str_of(parent));
	edge_answer_add(answer, "X-Content-Type-Options", STR("nosniff"));
	edge_answer_add(answer, "Referrer-Policy", STR("no-referrer"));
	if (call->client.is_https)
		edge_answer_add(answer, "Strict-Transport-Security",
				STR("max-age=31536000; includeSubDomains"));
	gw_cors_fields(call, answer);
}

static struct str policy_of(const struct gw_call *call)
{
	return call->answers_page ? STR(LINK_PAGE_POLICY) : STR(CSP_NONE);
}

void gw_answer_ok(struct gw_call *call, int status, const char *content_type, struct str body)
{
	struct edge_answer answer = {
		.status = status,
		.body = body,
		.content_type = content_type,
	};

	gw_common_fields(call, &answer);
	edge_answer_add(&answer, "Cache-Control", STR("no-store"));
	edge_answer_add(&answer, "Content-Security-Policy", policy_of(call));
	if (call->etag.len)
		edge_answer_add(&answer, "ETag", call->etag);
	add_ratelimit(call, &answer);
	edge_reply(call->x, &answer);
}

void gw_answer_not_modified(struct gw_call *call, struct str etag)
{
	struct edge_answer answer = {.status = 304};

	gw_common_fields(call, &answer);
	edge_answer_add(&answer, "Cache-Control", STR("no-store"));
	if (etag.len)
		edge_answer_add(&answer, "ETag", etag);
	add_ratelimit(call, &answer);
	edge_reply(call->x, &answer);
}

static void add_challenge(struct gw_call *call, struct edge_answer *answer)
{
	if (call->token.ptr)
		edge_answer_add(answer, "WWW-Authenticate",
				STR("Bearer realm=\"aegis\", error=\"invalid_token\""));
	else
		edge_answer_add(answer, "WWW-Authenticate", STR("Bearer realm=\"aegis\""));
}

static void answer_problem(struct gw_call *call, struct problem *problem)
{
	struct strbuf body = strbuf_new(call->x->arena);
	struct edge_answer answer = {.content_type = PROBLEM_CONTENT_TYPE};
	char *allow;

	call->reason = problem->status.reason;
	/* The access line has the true reason; a client gets one of the reference. */
	problem->status.reason = reason_public(problem->status.reason);
	if (!problem->detail)
		problem->detail = reason_sentence(problem->status.reason);
	problem->request_id = call->request_id;
	problem_write(&body, problem);
	answer.status = problem_http(problem);
	answer.body = strbuf_str(&body);
	if (call->answers_page) {
		answer.content_type = "text/html; charset=utf-8";
		answer.body = link_page_refused(call, reason_sentence(problem->status.reason));
	}
	gw_common_fields(call, &answer);
	edge_answer_add(&answer, "Cache-Control", STR("no-store"));
	edge_answer_add(&answer, "Content-Security-Policy", policy_of(call));
	add_ratelimit(call, &answer);
	if (answer.status == 401)
		add_challenge(call, &answer);
	if (answer.status == 405) {
		allow = arena_alloc(call->x->arena, ROUTE_ALLOW_TEXT);
		route_allow(allow, call->match.allow);
		edge_answer_add(&answer, "Allow", str_of(allow));
	}
	if (problem->retry_after_ms)
		edge_answer_add(&answer, "Retry-After",
				str_of(arena_printf(call->x->arena, "%u",
						    retry_after_seconds(problem->retry_after_ms))));
	edge_reply(call->x, &answer);
}

void gw_fail(struct gw_call *call, struct status st, const char *detail)
{
	answer_problem(call, &(struct problem){.status = st, .detail = detail});
}

void gw_fail_later(struct gw_call *call, struct status st, const char *detail,
		   uint32_t retry_after_ms)
{
	answer_problem(call, &(struct problem){.status = st,
					       .detail = detail,
					       .retry_after_ms = retry_after_ms});
}

void gw_fail_http(struct gw_call *call, int http, struct status st, const char *detail)
{
	answer_problem(call, &(struct problem){.status = st, .http = http, .detail = detail});
}

void gw_fail_fields(struct gw_call *call, struct status st, const char *detail)
{
	answer_problem(call, &(struct problem){.status = st,
					       .detail = detail,
					       .fields = call->errors.items,
					       .n_fields = call->errors.n});
}

/* What could not be reached or has no space is worth another try in a moment. */
static uint32_t retry_after_of(const struct rpc_reply_header *header)
{
	const struct problem problem = {.status = header->status};

	if (header->retry_after_ms)
		return header->retry_after_ms;
	return problem_http(&problem) == 503 ? 1000 : 0;
}

void gw_fail_reply(struct gw_call *call, const struct rpc_reply_header *header)
{
	const char *detail = header->detail && *header->detail ? header->detail : NULL;

	answer_problem(call, &(struct problem){
				     .status = header->status,
				     .detail = detail,
				     .fields = header->fields,
				     .n_fields = header->n_fields,
				     .retry_after_ms = retry_after_of(header),
			     });
}

void gw_on_refused(void *state, struct edge_exchange *x, enum edge_refusal refusal)
{
	struct gw_call *call = gw_call_of(state, x);
	int http = edge_refusal_status(refusal);
	struct problem problem = {
		.status = fail_as(edge_refusal_reason(refusal)),
		.http = http,
		.detail = edge_refusal_text(refusal),
		.retry_after_ms = http == 503 ? 1000 : 0,
	};

	answer_problem(call, &problem);
}
