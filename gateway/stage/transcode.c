/*
 * From HTTP to a message: body, path and query into the request of the method, its preconditions,
 * and validation, which saves the hop.
 */
#include <protobuf-c/protobuf-c.h>

#include "call.h"
#include "http/uri.h"
#include "pbjson/pbjson.h"
#include "stage/precondition.h"

#define QUERY_PARAMETERS_MAX 64
#define IDEMPOTENCY_KEY_MAX  255

static void fail_json(struct gw_call *call, struct status st, const struct pbjson_error *error)
{
	const char *detail;

	if (error->path && *error->path) {
		field_errors_add(&call->errors, error->path, pbjson_reason_name(error->reason),
				 error->message);
		detail = "The request has fields that cannot be taken.";
	} else {
		detail = arena_printf(call->x->arena, "The body %s (byte %zu).", error->message,
				      error->offset);
	}
	gw_fail_fields(call, st, detail);
}

/* The message from the body; answers and returns false when it cannot be read. */
static bool read_body(struct gw_call *call, struct pbjson_paths *present)
{
	const struct gw_route *route = call->route;
	const struct rpc_method *method = route_method(route);
	bool is_patch = call->x->head.method == EDGE_PATCH;
	struct pbjson_options options = {.present = is_patch ? present : NULL,
					 .null_clears = is_patch};
	struct pbjson_error error = {};
	struct status st;

	if (!route->body || call->x->body.len == 0) {
		call->request = pbjson_new(call->x->arena, method->request);
		return true;
	}
	if (strcmp(route->body, "*") == 0) {
		st = pbjson_parse(call->x->arena, method->request, call->x->body, &options,
				  &call->request, &error);
	} else {
		call->request = pbjson_new(call->x->arena, method->request);
		st = pbjson_parse_field(call->x->arena, method->request, call->request, route->body,
					call->x->body, &options, &error);
	}
	if (is_failed(st)) {
		fail_json(call, st, &error);
		return false;
	}
	if (options.present)
		pbjson_fill_mask(call->x->arena, method->request, call->request, present);
	return true;
}

static bool bind_path(struct gw_call *call, struct pbjson_binder *binder)
{
	const struct gw_route *route = call->route;
	size_t n = 0;

	for (size_t i = 0; i < route->n_segments; i++) {
		struct str text;
		struct status st;

		if (route->segments[i].kind != ROUTE_VARIABLE)
			continue;
		if (!uri_decode(call->x->arena, call->match.variables[n++], false, &text)) {
			gw_fail(call, FAIL(BAD_TARGET),
				"The path holds text that is not valid Unicode.");
			return false;
		}
		st = pbjson_bind(binder, str_of(route->segments[i].text), text);
		if (is_failed(st)) {
			fail_json(call, st, &binder->error);
			return false;
		}
	}
	return true;
}

static bool bind_one_parameter(struct gw_call *call, struct pbjson_binder *binder, struct str name,
			       struct str value)
{
	struct status st;

	if (!uri_decode(call->x->arena, name, true, &name) ||
	    !uri_decode(call->x->arena, value, true, &value)) {
		gw_fail(call, FAIL(BAD_TARGET), "The query holds text that is not valid Unicode.");
		return false;
	}
	st = pbjson_bind(binder, name, value);
	if (is_failed(st))
		fail_json(call, st, &binder->error);
	return is_ok(st);
}

static bool bind_query(struct gw_call *call, struct pbjson_binder *binder)
{
	struct str query = call->x->head.query, name, value;
	size_t n = 0;

	while (uri_query_next(&query, &name, &value)) {
		if (call->route->body && strcmp(call->route->body, "*") == 0) {
			gw_fail(call, FAIL(QUERY_NOT_ALLOWED),
				"This route takes no query parameters.");
			return false;
		}
		if (++n > QUERY_PARAMETERS_MAX) {
			gw_fail(call, FAIL(TOO_MANY_PARAMETERS),
				"There are too many query parameters.");
			return false;
		}
		if (!bind_one_parameter(call, binder, name, value))
			return false;
	}
	return true;
}

static bool key_is_fine(struct str key)
{
	if (key.len == 0 || key.len > IDEMPOTENCY_KEY_MAX)
		return false;
	for (size_t i = 0; i < key.len; i++)
		if (key.ptr[i] < '!' || key.ptr[i] > '~')
			return false;
	return true;
}

static bool take_idempotency_key(struct gw_call *call)
{
	enum rpc_idempotency rule = route_method(call->route)->policy.idempotency;
	struct str key = edge_head_field(&call->x->head, "idempotency-key");

	if (rule == RPC_IDEMPOTENCY_NONE || (rule == RPC_IDEMPOTENCY_OPTIONAL && !key.ptr))
		return true;
	if (!key.ptr) {
		gw_fail(call, FAIL(IDEMPOTENCY_KEY_REQUIRED),
			"Send a fresh Idempotency-Key, and the same one when you repeat the call.");
		return false;
	}
	if (!key_is_fine(key)) {
		gw_fail(call, FAIL(IDEMPOTENCY_KEY_INVALID),
			"Idempotency-Key is 1 to 255 visible ASCII characters.");
		return false;
	}
	call->idempotency_key = str_dup(call->x->arena, key);
	return true;
}

const char *gw_name_in_body(const struct gw_call *call, const char *field)
{
	const struct pb_info *info = route_method(call->route)->request;
	const char *body = call->route->body;
	size_t len;

	if (!body || strcmp(body, "*") == 0)
		return field;
	for (unsigned i = 0; i < info->descriptor->n_fields; i++)
		if (strcmp(info->descriptor->fields[i].name, body) == 0)
			body = info->fields[i].json_name;
	len = strlen(body);
	return strncmp(field, body, len) == 0 && field[len] == '.' ? field + len + 1 : field;
}

static void refuse_fields(struct gw_call *call, struct status st)
{
	for (size_t i = 0; i < call->errors.n; i++)
		call->errors.items[i].field = gw_name_in_body(call, call->errors.items[i].field);
	gw_fail_fields(call, st, "The request has fields that cannot be taken.");
}

void gw_transcode(struct gw_call *call)
{
	const struct rpc_method *method = route_method(call->route);
	struct pbjson_paths present = {};
	struct pbjson_binder binder = {.arena = call->x->arena, .info = method->request};
	struct status st;

	if (!take_idempotency_key(call) || !gw_take_preconditions(call) ||
	    !read_body(call, &present))
		return;
	binder.msg = call->request;
	if (!bind_path(call, &binder) || !bind_query(call, &binder) || !gw_bind_precondition(call))
		return;
	st = method->validate ? method->validate(call->request, &call->errors) : OK;
	if (is_failed(st)) {
		refuse_fields(call, st);
		return;
	}
	if (arena_is_exhausted(call->x->arena)) {
		gw_fail(call, FAIL(REQUEST_TOO_LARGE), NULL);
		return;
	}
	gw_next(call);
}
