/*
 * Cross-origin calls (Fetch standard): an exact list of origins, never a
 * reflection, never with cookies – the API takes bearer tokens only.
 */
#include "call.h"

static bool is_ours(const struct gateway *gw, struct str origin)
{
	for (size_t i = 0; i < gw->n_origins; i++)
		if (str_eq(gw->origins[i], origin))
			return true;
	return false;
}

void gw_cors_fields(struct gw_call *call, struct edge_answer *answer)
{
	const struct gateway *gw = call->loop->gw;
	struct str origin = edge_head_field(&call->x->head, "origin");

	if (gw->n_origins == 0)
		return;
	edge_answer_add(answer, "Vary", STR("Origin"));
	if (!origin.ptr || !is_ours(gw, origin))
		return;
	edge_answer_add(answer, "Access-Control-Allow-Origin", origin);
	edge_answer_add(answer, "Access-Control-Expose-Headers",
			STR("X-Request-Id, RateLimit, RateLimit-Policy, Retry-After, ETag"));
	call->origin = origin;
}

void gw_answer_options(struct gw_call *call)
{
	struct edge_answer answer = {.status = 204};
	char *allow = arena_alloc(call->x->arena, ROUTE_ALLOW_TEXT);

	route_allow(allow, call->match.allow);
	gw_common_fields(call, &answer);
	edge_answer_add(&answer, "Allow", str_of(allow));
	if (call->origin.ptr &&
	    edge_head_field(&call->x->head, "access-control-request-method").ptr) {
		edge_answer_add(&answer, "Access-Control-Allow-Methods", str_of(allow));
		edge_answer_add(&answer, "Access-Control-Allow-Headers",
				STR("Authorization, Content-Type, Idempotency-Key, If-Match, "
				    "If-None-Match, X-Request-Id, Traceparent, Aegis-Tenant"));
		edge_answer_add(&answer, "Access-Control-Max-Age", STR("600"));
	}
	edge_reply(call->x, &answer);
}
