/*
 * What can be said before the body: which route, which media types, whether a
 * credential is there at all.
 */
#include "builtin/link_page.h"
#include "call.h"

static bool media_is(struct str value, const char *type)
{
	return str_eq_nocase(str_trim(str_take_until(&value, ';')), str_of(type));
}

/* q=0 refuses; any other weight accepts: there is one representation. */
static bool range_refuses(struct str range)
{
	struct str type = str_take_until(&range, ';');

	(void)type;
	while (range.len) {
		struct str parameter = str_trim(str_take_until(&range, ';'));

		if (parameter.len >= 3 && (parameter.ptr[0] | 0x20) == 'q' &&
		    parameter.ptr[1] == '=') {
			for (size_t i = 2; i < parameter.len; i++)
				if (parameter.ptr[i] >= '1' && parameter.ptr[i] <= '9')
					return false;
			return true;
		}
	}
	return false;
}

static bool accepts_json(struct str accept)
{
	static const char *const fitting[] = {"*/*", "application/*", "application/json",
					      "application/problem+json"};

	if (!accept.ptr || accept.len == 0)
		return true;
	while (accept.len) {
		struct str range = str_trim(str_take_until(&accept, ','));

		for (size_t i = 0; i < sizeof fitting / sizeof fitting[0]; i++)
			if (media_is(range, fitting[i]) && !range_refuses(range))
				return true;
	}
	return false;
}

/* JSON is UTF-8 (RFC 8259): a charset parameter may say so, and nothing else. */
static bool body_is_json(struct str type)
{
	if (!media_is(type, "application/json"))
		return false;
	(void)str_take_until(&type, ';');
	while (type.len) {
		struct str value = str_trim(str_take_until(&type, ';'));
		struct str name = str_trim(str_take_until(&value, '='));

		if (!str_eq_nocase(name, STR("charset")))
			continue;
		value = str_trim(value);
		if (!str_eq_nocase(value, STR("utf-8")) && !str_eq_nocase(value, STR("\"utf-8\"")))
			return false;
	}
	return true;
}

/* Both media types suit the route; else the refusal is on its way. */
static bool check_media(struct gw_call *call)
{
	const struct edge_head *head = &call->x->head;
	struct str type = edge_head_field(head, "content-type");
	struct str coding = edge_head_field(head, "content-encoding");
	bool has_body = head->chunked || head->length > 0;

	if (!call->answers_page && !accepts_json(edge_head_field(head, "accept"))) {
		gw_fail_http(call, 406, FAIL(NOT_ACCEPTABLE), "Answers are application/json.");
		return false;
	}
	if (has_body &&
	    (!body_is_json(type) || (coding.ptr && !str_eq_nocase(coding, STR("identity"))))) {
		gw_fail_http(call, 415, FAIL(UNSUPPORTED_MEDIA_TYPE),
			     "Bodies are application/json without content coding.");
		return false;
	}
	return true;
}

/* Authorization: Bearer <token>; another scheme is as good as none. */
static void take_token(struct gw_call *call)
{
	struct str value = edge_head_field(&call->x->head, "authorization");

	if (value.len > 7 && str_eq_nocase((struct str){value.ptr, 7}, STR("bearer ")))
		call->token = str_trim((struct str){value.ptr + 7, value.len - 7});
}

/* Browsers name it first; other clients do not name it. */
static bool asks_for_page(struct str accept)
{
	while (accept.len) {
		struct str range = str_trim(str_take_until(&accept, ','));

		if (media_is(range, "text/html") && !range_refuses(range))
			return true;
	}
	return false;
}

static void on_route(struct gw_call *call)
{
	const struct rpc_policy *policy = &route_method(call->match.route)->policy;

	call->route = call->match.route;
	call->x->wipe = policy->has_secret;
	call->answers_page = call->page && asks_for_page(edge_head_field(&call->x->head, "accept"));
	if (!check_media(call))
		return;
	if (!policy->is_public && !call->token.ptr) {
		gw_fail(call, FAIL(SIGN_IN_REQUIRED),
			"Send Authorization: Bearer with an access token or a key.");
		return;
	}
	if (call->route->body) {
		call->x->body_max = (size_t)call->loop->gw->config->body_max;
		if (call->route->body_max < call->x->body_max)
			call->x->body_max = call->route->body_max;
	}
}

static void find_route(struct gw_call *call)
{
	struct edge_exchange *x = call->x;

	switch (router_match(call->loop->gw->router, str_of(edge_method_name(x->head.method)),
			     x->head.path, &call->match)) {
	case ROUTE_FOUND: on_route(call); break;
	case ROUTE_NOT_FOUND:
		if (x->head.method == EDGE_OPTIONS && str_eq_c(x->head.path, "*"))
			gw_answer_options(call);
		else
			gw_fail(call, FAIL(ROUTE_NOT_FOUND),
				"There is nothing at this path; /openapi.json lists what is.");
		break;
	case ROUTE_OTHER_METHOD:
		if (call->page)
			call->match.allow |= 1u << HTTP_GET;
		if (x->head.method == EDGE_OPTIONS)
			gw_answer_options(call);
		else
			gw_fail_http(call, 405, FAIL(METHOD_NOT_ALLOWED),
				     "This path answers other methods: see Allow.");
		break;
	}
}

void gw_on_head(void *state, struct edge_exchange *x)
{
	struct gw_call *call = gw_call_of(state, x);

	take_token(call);
	call->client =
		client_find(x->arena, &call->loop->gw->proxies, &x->head, x->peer, x->is_tls);
	call->builtin = gw_builtin_find(x->head.path, x->on_private_port);
	call->page = x->on_private_port ? NULL : link_page_find(x->head.path);
	if (call->page && (x->head.method == EDGE_GET || x->head.method == EDGE_HEAD))
		call->builtin = &gw_builtin_page;
	if (!call->builtin && !x->on_private_port) {
		find_route(call);
		return;
	}
	call->match.allow = 1u << HTTP_GET;
	if (!call->builtin)
		gw_fail(call, FAIL(ROUTE_NOT_FOUND), "There is nothing at this path.");
	else if (x->head.method == EDGE_OPTIONS)
		gw_answer_options(call);
	else if (x->head.method != EDGE_GET && x->head.method != EDGE_HEAD)
		gw_fail_http(call, 405, FAIL(METHOD_NOT_ALLOWED),
			     "This path answers other methods: see Allow.");
}

void gw_on_request(void *state, struct edge_exchange *x)
{
	struct gw_call *call = gw_call_of(state, x);

	if (call->builtin)
		gw_builtin_answer(call);
	else
		gw_next(call);
}
