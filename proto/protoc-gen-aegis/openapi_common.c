/* What operations share, and the paths that the gateway answers itself. */
#include "openapi.h"

static const char problem_schema[] =
	"{\"type\":\"object\",\"description\":\"RFC 9457 problem details; switch on reason.\","
	"\"required\":[\"type\",\"title\",\"status\",\"code\",\"reason\"],\"properties\":{"
	"\"type\":{\"type\":\"string\",\"format\":\"uri-reference\"},"
	"\"title\":{\"type\":\"string\"},"
	"\"status\":{\"type\":\"integer\"},"
	"\"detail\":{\"type\":\"string\"},"
	"\"instance\":{\"type\":\"string\",\"format\":\"uri-reference\"},"
	"\"code\":{\"type\":\"string\",\"description\":\"The canonical status code's name.\"},"
	"\"reason\":{\"type\":\"string\",\"pattern\":\"^[A-Z][A-Z0-9_]*$\"},"
	"\"requestId\":{\"type\":\"string\"},"
	"\"fields\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/"
	"FieldProblem\"}},"
	"\"retryAfter\":{\"type\":\"integer\",\"description\":\"Seconds.\"}}}";

static const char field_schema[] =
	"{\"type\":\"object\",\"required\":[\"field\",\"reason\",\"message\"],\"properties\":{"
	"\"field\":{\"type\":\"string\",\"description\":\"A path like items[2].code.\"},"
	"\"reason\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"}}}";

static const char parameters[] =
	"{\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"required\":false,"
	"\"description\":\"A repeated call with the same key has the effect once and gets the "
	"same answer, for 24 hours.\",\"schema\":{\"type\":\"string\",\"minLength\":1,"
	"\"maxLength\":255}},"
	"\"IdempotencyKeyRequired\":{\"name\":\"Idempotency-Key\",\"in\":\"header\","
	"\"required\":true,\"description\":\"A repeated call with the same key has the effect "
	"once and gets the same answer, for 24 hours.\",\"schema\":{\"type\":\"string\","
	"\"minLength\":1,\"maxLength\":255}},"
	"\"AegisTenant\":{\"name\":\"Aegis-Tenant\",\"in\":\"header\",\"required\":false,"
	"\"description\":\"For platform administrators: the organization to act in.\","
	"\"schema\":{\"type\":\"string\",\"format\":\"uuid\"}},"
	"\"IfMatch\":{\"name\":\"If-Match\",\"in\":\"header\",\"required\":false,"
	"\"description\":\"The ETag of the state that the change builds on: another state answers "
	"412 and nothing is changed.\",\"schema\":{\"type\":\"string\"}},"
	"\"IfNoneMatch\":{\"name\":\"If-None-Match\",\"in\":\"header\",\"required\":false,"
	"\"description\":\"The ETag of what the client has: the same state answers 304 without a "
	"body.\",\"schema\":{\"type\":\"string\"}}}";

static const char headers[] =
	"{\"Retry-After\":{\"description\":\"How long to wait before the call is repeated, in "
	"seconds.\",\"schema\":{\"type\":\"integer\",\"minimum\":1}},"
	"\"ETag\":{\"description\":\"Names this state of the resource, for If-Match and "
	"If-None-Match.\",\"schema\":{\"type\":\"string\"}},"
	"\"X-Request-Id\":{\"description\":\"Names this call in logs and in the audit log.\","
	"\"schema\":{\"type\":\"string\"}},"
	"\"RateLimit\":{\"description\":\"What is left of the limit "
	"(draft-ietf-httpapi-ratelimit-headers).\",\"schema\":{\"type\":\"string\"}}}";

static const char schemes[] =
	"{\"user\":{\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"JWT\","
	"\"description\":\"A signed-in user's access token; the list names the permission.\"},"
	"\"key\":{\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"aeg_live_…\","
	"\"description\":\"An API key or a partner's key; the list names the scope.\"},"
	"\"session\":{\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"ses_…\","
	"\"description\":\"The token of a consumer's own screening session.\"},"
	"\"admin\":{\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"JWT\","
	"\"description\":\"A platform administrator's access token.\"}}";

static const char own_paths[] =
	"{\"/api/health\":{\"get\":{\"operationId\":\"gateway.Health\",\"tags\":[\"gateway\"],"
	"\"summary\":\"Is the platform well\",\"security\":[],\"parameters\":[],\"responses\":{"
	"\"200\":{\"description\":\"It is.\",\"content\":{\"application/json\":{\"schema\":{"
	"\"type\":\"object\"}}}},\"503\":{\"description\":\"A part of it is not.\",\"content\":{"
	"\"application/json\":{\"schema\":{\"type\":\"object\"}}}}}}},"
	"\"/openapi.json\":{\"get\":{\"operationId\":\"gateway.OpenApi\",\"tags\":[\"gateway\"],"
	"\"summary\":\"This document\",\"security\":[],\"parameters\":[],\"responses\":{\"200\":{"
	"\"description\":\"OpenAPI 3.1.\",\"content\":{\"application/json\":{\"schema\":{"
	"\"type\":\"object\"}}}}}}},"
	"\"/.well-known/jwks.json\":{\"get\":{\"operationId\":\"gateway.Jwks\",\"tags\":["
	"\"gateway\"],\"summary\":\"The keys that sign access tokens (RFC 7517)\",\"security\":[],"
	"\"parameters\":[],\"responses\":{\"200\":{\"description\":\"A JWK Set.\",\"content\":{"
	"\"application/jwk-set+json\":{\"schema\":{\"type\":\"object\",\"required\":[\"keys\"],"
	"\"properties\":{\"keys\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}}}}}}}}}}";

static json_t *load(struct openapi *api, const char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!value)
		model_fail(api->model, "openapi_common.c: %s at %d", error.text, error.position);
	return value ? value : json_object();
}

void openapi_common(struct openapi *api, json_t *components)
{
	json_object_set_new(components, "securitySchemes", load(api, schemes));
	json_object_set_new(components, "parameters", load(api, parameters));
	json_object_set_new(components, "headers", load(api, headers));
	json_object_set_new(api->schemas, "Problem", load(api, problem_schema));
	json_object_set_new(api->schemas, "FieldProblem", load(api, field_schema));
}

void openapi_own_paths(struct openapi *api)
{
	json_t *paths = load(api, own_paths);

	json_object_update(api->paths, paths);
	json_decref(paths);
}
