/* What operations share, and the paths that the gateway answers itself. */
#include "openapi.h"

static const char problem_schema[] =
	"{\"type\":\"object\",\"description\":\"RFC 9457 problem details; switch on reason.\","
	"\"required\":[\"type\",\"title\",\"status\",\"code\",\"reason\"],\"properties\":{"
	"\"type\":{\"type\":\"string\",\"format\":\"uri-reference\",\"description\":\"Names the "
	"reason as an address.\"},"
	"\"title\":{\"type\":\"string\",\"description\":\"The HTTP status in words.\"},"
	"\"status\":{\"type\":\"integer\",\"description\":\"The HTTP status.\"},"
	"\"detail\":{\"type\":\"string\",\"description\":\"A sentence for a person.\"},"
	"\"instance\":{\"type\":\"string\",\"format\":\"uri-reference\",\"description\":\"The "
	"address of this occurrence.\"},"
	"\"code\":{\"type\":\"string\",\"description\":\"The canonical status code's name.\"},"
	"\"reason\":{\"type\":\"string\",\"pattern\":\"^[A-Z][A-Z0-9_]*$\",\"description\":\"The "
	"name of the reason; it never changes.\"},"
	"\"requestId\":{\"type\":\"string\",\"description\":\"The X-Request-Id of the call.\"},"
	"\"fields\":{\"type\":\"array\",\"description\":\"Every member that is "
	"wrong.\",\"items\":{\"$ref\":\"#/components/schemas/"
	"FieldProblem\"}},"
	"\"retryAfter\":{\"type\":\"integer\",\"description\":\"How long to wait before the call "
	"is repeated, in seconds.\"}}}";

static const char field_schema[] =
	"{\"type\":\"object\",\"description\":\"A member that is "
	"wrong.\",\"required\":[\"field\",\"reason\",\"message\"],\"properties\":{"
	"\"field\":{\"type\":\"string\",\"description\":\"A path like items[2].code.\"},"
	"\"reason\":{\"type\":\"string\",\"description\":\"What is wrong, for programs: REQUIRED, "
	"TOO_LONG, "
	"NOT_UUID and others.\"},\"message\":{\"type\":\"string\",\"description\":\"What was "
	"expected and "
	"what came, for a person.\"}}}";

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

/* As every answer with this status; the gateway counts these calls by the caller's network. */
#define TOO_MANY                                                                                   \
	"\"429\":{\"description\":\"Too Many Requests\",\"headers\":{\"Retry-After\":{\"$ref\":"   \
	"\"#/components/headers/Retry-After\"}},\"content\":{\"application/problem+json\":{"       \
	"\"schema\":{\"$ref\":\"#/components/schemas/Problem\"},\"examples\":{\"RATE_LIMITED\":{"  \
	"\"$ref\":\"#/components/examples/RATE_LIMITED\"}}}}}"
#define OWN(id, summary, description)                                                              \
	"{\"get\":{\"operationId\":\"gateway." id                                                  \
	"\",\"tags\":[\"gateway\"],\"summary\":\"" summary "\",\"description\":\"" description     \
	"\",\"security\":[],\"parameters\":[],\"responses\":{" TOO_MANY ","
#define HEALTH                                                                                     \
	"\"content\":{\"application/json\":{\"schema\":{\"type\":\"object\",\"required\":["        \
	"\"status\",\"cache\",\"daemons\"],\"properties\":{\"status\":{\"type\":\"string\","       \
	"\"enum\":"                                                                                \
	"[\"serving\",\"degraded\"]},\"cache\":{\"type\":\"string\"},\"daemons\":{\"type\":"       \
	"\"object\",\"description\":\"The state of each part.\",\"additionalProperties\":{"        \
	"\"type\":\"string\"}}}}}}}"

static const char own_paths[] = "{\"/api/health\":" OWN(
	"Health", "Health",
	"Says whether every part of the platform works.") "\"200\":{\"description\":\"Every part "
							  "works.\"," HEALTH
							  ",\"503\":{\"description\":"
							  "\"A part does not work.\"," HEALTH "}}},"
							  "\"/openapi.json\":" OWN(
								  "OpenApi", "This document",
								  "Returns the description of the "
								  "API.") "\"200\":{"
									  "\"description\":"
									  "\"OpenAPI "
									  "3.1.\",\"content\":{"
									  "\"application/"
									  "json\":{\"schema\":{"
									  "\"type\":\"object\"}}}}}"
									  "}},"
									  "\"/.well-known/"
									  "jwks.json\":" OWN(
										  "Jwks",
										  "Keys of access "
										  "tokens",
										  "Returns the "
										  "keys that "
										  "verify access "
										  "tokens (RFC "
										  "7517).") "\"200"
											    "\":{"
											    "\"desc"
											    "riptio"
											    "n\":"
											    "\"A "
											    "JWK "
											    "Set."
											    "\","
											    "\"cont"
											    "ent\":"
											    "{\"app"
											    "licati"
											    "on/"
											    "jwk-"
											    "set+"
											    "json\""
											    ":{"
											    "\"sche"
											    "ma\":{"
											    "\"type"
											    "\":"
											    "\"obje"
											    "ct\","
											    "\"requ"
											    "ired\""
											    ":["
											    "\"keys"
											    "\"],"
											    "\"prop"
											    "erties"
											    "\":{"
											    "\"keys"
											    "\":{"
											    "\"type"
											    "\":"
											    "\"arra"
											    "y\","
											    "\"item"
											    "s\":{"
											    "\"type"
											    "\":"
											    "\"obje"
											    "ct\"}}"
											    "}}}}}}"
											    "}}}";

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

/* A parameter that no operation takes is left out of the document. */
void openapi_drop_unused(struct openapi *api, json_t *components)
{
	if (!api->names_tenant)
		json_object_del(json_object_get(components, "parameters"), "AegisTenant");
}
