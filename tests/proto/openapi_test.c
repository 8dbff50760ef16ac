/*
 * openapi.json as a client generator reads it: references, operations, security,
 * and that its examples are what the gateway takes and gives.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

#include "base/arena.h"
#include "contract/contract.h"
#include "contract/method.h"
#include "contract/openapi.h"
#include "contract/route.h"
#include "pbjson/pbjson.h"

static json_t *api;
static struct arena *arena;

static void load(void)
{
	json_error_t error;

	arena = arena_new(SIZE_MAX);
	api = json_loadb(gw_openapi, gw_openapi_len, JSON_REJECT_DUPLICATES, &error);
	cr_assert(api, "%s at %d", error.text, error.position);
}

static void unload(void)
{
	json_decref(api);
	arena_free(&arena);
}

TestSuite(openapi, .init = load, .fini = unload);

static json_t *at_pointer(const char *ref)
{
	struct str rest = str_of(ref + 2);
	json_t *at = api;

	while (rest.len)
		at = json_object_get(at, str_dup(arena, str_take_until(&rest, '/')));
	return at;
}

static size_t check_references(json_t *value)
{
	const char *key;
	json_t *item;
	size_t i, n = 0;

	json_object_foreach (value, key, item) {
		if (strcmp(key, "$ref") == 0) {
			cr_expect(at_pointer(json_string_value(item)), "%s leads nowhere",
				  json_string_value(item));
			n++;
		}
		n += check_references(item);
	}
	json_array_foreach (value, i, item)
		n += check_references(item);
	return n;
}

Test(openapi, says_which_version_it_is)
{
	cr_expect_str_eq(json_string_value(json_object_get(api, "openapi")), "3.1.0");
	cr_expect_eq(gw_openapi[gw_openapi_len], '\0');
}

Test(openapi, every_reference_leads_somewhere)
{
	cr_expect_gt(check_references(api), 100);
}

struct operation {
	const char *path;
	const char *verb;
	json_t *op;
};

static void each_operation(void (*check)(const struct operation *))
{
	const char *path, *verb;
	json_t *item, *op;
	size_t n = 0;

	json_object_foreach (json_object_get(api, "paths"), path, item)
		json_object_foreach (item, verb, op) {
			check(&(struct operation){path, verb, op});
			n++;
		}
	cr_expect_geq(n, gw_n_routes);
}

static void check_responses(const struct operation *o)
{
	json_t *responses = json_object_get(o->op, "responses"), *response;
	const char *status;
	bool success = false;

	json_object_foreach (responses, status, response) {
		success |= status[0] == '2';
		cr_expect(json_is_string(json_object_get(response, "description")), "%s %s %s",
			  o->verb, o->path, status);
		if (status[0] > '3' && strncmp(o->path, "/api/health", 11) != 0)
			cr_expect(json_object_get(json_object_get(response, "content"),
						  "application/problem+json"),
				  "%s %s %s", o->verb, o->path, status);
	}
	cr_expect(success, "%s %s", o->verb, o->path);
}

Test(openapi, every_operation_has_a_success_and_problems)
{
	each_operation(check_responses);
}

static void check_security(const struct operation *o)
{
	json_t *security = json_object_get(o->op, "security"), *schemes, *item, *grants;
	const char *scheme;
	size_t i;

	schemes = json_object_get(json_object_get(api, "components"), "securitySchemes");
	cr_expect(json_is_array(security), "%s %s", o->verb, o->path);
	json_array_foreach (security, i, item)
		json_object_foreach (item, scheme, grants)
			cr_expect(json_object_get(schemes, scheme), "%s %s: %s", o->verb, o->path,
				  scheme);
}

Test(openapi, every_operation_says_who_may_call_it)
{
	each_operation(check_security);
}

static json_t *seen_ids;

static void check_id(const struct operation *o)
{
	const char *id = json_string_value(json_object_get(o->op, "operationId"));

	cr_assert(id);
	cr_expect_null(json_object_get(seen_ids, id), "%s is there twice", id);
	json_object_set_new(seen_ids, id, json_true());
}

Test(openapi, operation_ids_are_unique)
{
	seen_ids = json_object();
	each_operation(check_id);
	json_decref(seen_ids);
}

static size_t parameters_in(json_t *op, const char *in, const char *name)
{
	json_t *item;
	size_t i, n = 0;

	json_array_foreach (json_object_get(op, "parameters"), i, item) {
		const char *where = json_string_value(json_object_get(item, "in"));
		const char *what = json_string_value(json_object_get(item, "name"));

		n += where && strcmp(where, in) == 0 && (!name || strcmp(what, name) == 0);
	}
	return n;
}

static void check_path(const struct operation *o)
{
	const char *open = o->path;
	size_t n = 0;

	while ((open = strchr(open, '{'))) {
		const char *name = arena_strndup(arena, open + 1, strcspn(open + 1, "}"));

		cr_expect_eq(parameters_in(o->op, "path", name), 1, "%s: %s", o->path, name);
		open++;
		n++;
	}
	cr_expect_eq(parameters_in(o->op, "path", NULL), n, "%s", o->path);
}

Test(openapi, path_variables_and_parameters_are_the_same)
{
	each_operation(check_path);
}

static const struct rpc_method *method_of(const struct gw_route *route)
{
	return &route->service->methods[route->method_index];
}

/* The operation of a route, found by its id. */
static json_t *operation_of(const struct gw_route *route)
{
	static const char *const verbs[] = {"get", "post", "put", "patch", "delete"};
	const char *base =
		arena_printf(arena, "%s.%s", route->service->daemon, method_of(route)->name);
	const char *path;
	json_t *item;

	json_object_foreach (json_object_get(api, "paths"), path, item) {
		json_t *op = json_object_get(item, verbs[route->verb]);
		const char *id = json_string_value(json_object_get(op, "operationId"));

		if (id && str_has_prefix(str_of(id), base) &&
		    strcspn(path, "{") == strcspn(route->pattern, "{") &&
		    strncmp(path, route->pattern, strcspn(path, "{")) == 0 &&
		    (id[strlen(base)] == '\0' || id[strlen(base)] == '.'))
			return op;
	}
	return NULL;
}

Test(openapi, every_route_is_described)
{
	cr_expect_gt(gw_n_routes, 50);
	for (size_t i = 0; i < gw_n_routes; i++)
		cr_expect(operation_of(&gw_routes[i]), "%s", gw_routes[i].pattern);
}

static json_t *example_in(json_t *body)
{
	return json_object_get(
		json_object_get(json_object_get(body, "content"), "application/json"), "example");
}

/* Parses a body's example as the gateway would. */
static ProtobufCMessage *parse_example(const struct gw_route *route, json_t *example)
{
	const struct pb_info *info = method_of(route)->request;
	ProtobufCMessage *msg = pbjson_new(arena, info);
	char *text = json_dumps(example, JSON_COMPACT);
	struct pbjson_error error = {};
	struct status st;

	if (strcmp(route->body, "*") == 0)
		st = pbjson_parse(arena, info, str_of(text), NULL, &msg, &error);
	else
		st = pbjson_parse_field(arena, info, msg, route->body, str_of(text), NULL, &error);
	cr_expect(is_ok(st), "%s: %s %s in %s", route->pattern, error.path,
		  pbjson_reason_name(error.reason), text);
	free(text);
	return is_ok(st) ? msg : NULL;
}

static bool is_variable(const struct gw_route *route, const char *json_name)
{
	for (size_t i = 0; i < route->n_segments; i++) {
		const struct pb_info *info = method_of(route)->request;

		if (route->segments[i].kind != ROUTE_VARIABLE)
			continue;
		for (unsigned f = 0; f < info->descriptor->n_fields; f++)
			if (strcmp(info->descriptor->fields[f].name, route->segments[i].text) ==
				    0 &&
			    strcmp(info->fields[f].json_name, json_name) == 0)
				return true;
	}
	return false;
}

Test(openapi, examples_of_bodies_are_accepted)
{
	size_t checked = 0;

	for (size_t i = 0; i < gw_n_routes; i++) {
		const struct gw_route *route = &gw_routes[i];
		struct field_errors errs = {.arena = arena};
		ProtobufCMessage *msg;

		if (!route->body)
			continue;
		msg = parse_example(
			route, example_in(json_object_get(operation_of(route), "requestBody")));
		if (!msg)
			continue;
		cr_expect_eq(is_ok(method_of(route)->validate(msg, &errs)), errs.n == 0);
		for (size_t k = 0; k < errs.n; k++)
			cr_expect(is_variable(route, errs.items[k].field), "%s: %s %s",
				  route->pattern, errs.items[k].field, errs.items[k].reason);
		checked++;
	}
	cr_expect_gt(checked, 20);
}

Test(openapi, examples_of_answers_have_the_shape_of_answers)
{
	size_t checked = 0;

	for (size_t i = 0; i < gw_n_routes; i++) {
		const struct rpc_method *method = method_of(&gw_routes[i]);
		const char *status = arena_printf(arena, "%u", method->policy.http_success);
		json_t *response = json_object_get(
			json_object_get(operation_of(&gw_routes[i]), "responses"), status);
		struct pbjson_error error = {};
		ProtobufCMessage *msg;
		char *text;

		cr_expect(response, "%s: %s", gw_routes[i].pattern, status);
		if (method->policy.http_success == 204 || gw_routes[i].response_body)
			continue;
		text = json_dumps(example_in(response), JSON_COMPACT);
		cr_expect(is_ok(pbjson_parse(arena, method->response, str_of(text), NULL, &msg,
					     &error)),
			  "%s: %s %s", gw_routes[i].pattern, error.path,
			  pbjson_reason_name(error.reason));
		free(text);
		checked++;
	}
	cr_expect_gt(checked, 40);
}
