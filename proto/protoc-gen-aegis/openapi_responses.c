/* What an operation answers: its success, and its refusals by status and reason. */
#include "http/problem.h"
#include "openapi.h"

#define REASONS_MAX 96

struct refusals {
	const char *reasons[REASONS_MAX];
	size_t n;
	size_t n_shown; /* with an example; those behind it are the same everywhere */
};

static void add(struct refusals *refusals, const char *reason)
{
	for (size_t i = 0; i < refusals->n; i++)
		if (strcmp(refusals->reasons[i], reason) == 0)
			return;
	if (refusals->n < REASONS_MAX)
		refusals->reasons[refusals->n++] = reason;
}

static void add_all(struct refusals *refusals, const char *const *reasons)
{
	for (; *reasons; reasons++)
		add(refusals, *reasons);
}

#define ADD(refusals, ...) add_all((refusals), (const char *const[]){__VA_ARGS__, NULL})

static bool has_pages(const struct pg_message *input)
{
	for (size_t i = 0; i < input->n_fields; i++)
		if (strcmp(input->fields[i].proto->name, "page_token") == 0)
			return true;
	return false;
}

/* Is the body, or all of the message, a resource with a version? */
static bool has_version(const struct pg_message *message, const char *body)
{
	const struct pg_field *part = find_field(message, str_of(body));

	if (part)
		message = part->message;
	return message && message->resource && *message->resource->version;
}

bool binding_answers_etag(const struct pg_method *m, const struct pg_binding *b)
{
	return strcmp(b->verb, "POST") != 0 && strcmp(b->verb, "DELETE") != 0 &&
	       has_version(m->output, b->response_body);
}

bool binding_reads_etag(const struct pg_method *m, const struct pg_binding *b)
{
	return strcmp(b->verb, "GET") == 0 && has_version(m->output, b->response_body);
}

bool binding_takes_etag(const struct pg_method *m, const struct pg_binding *b)
{
	const struct pg_field *part = find_field(m->input, str_of(b->body));

	return part && part->body == PB_BODY_UPDATE && has_version(m->input, b->body);
}

/* Is the field a part of a composite id whose last part another field carries? */
static bool is_part(const struct openapi *api, const struct pg_message *m, const struct pg_field *f)
{
	for (size_t i = 0; i < m->n_fields; i++) {
		const Opt__Field *other = m->fields[i].opt;
		const struct pg_message *target;
		const char *id;

		target = other->n_refers ? model_kind(api->model, other->refers[0], &id) : NULL;
		for (size_t k = 0; target && k + 1 < target->resource->n_id; k++)
			if (strcmp(target->resource->id[k], f->proto->name) == 0)
				return true;
	}
	return false;
}

static void add_kind(struct refusals *refusals, const struct openapi *api,
		     const struct pg_message *in, const struct pg_field *f)
{
	const char *id;
	const Opt__Resource *r = model_kind(api->model, f->opt->refers[0], &id)->resource;

	if (*r->not_found)
		add(refusals, r->not_found);
	else
		model_fail(api->model, "%s: %s.%s refers to %s, which has no not_found",
			   in->file->path, in->full_name, f->proto->name, r->name);
}

/* What is answered when the object that the request names is not there.  A list's filter finds
 * nothing. */
static void add_not_found(struct refusals *refusals, const struct openapi *api,
			  const struct pg_method *m, const struct pg_binding *b,
			  const struct pg_message *in)
{
	for (size_t i = 0; i < in->n_fields; i++) {
		const struct pg_field *f = &in->fields[i];

		if (f->body && strcmp(f->proto->name, b->body) == 0)
			add_not_found(refusals, api, m, b, f->message);
		if (in != m->input ? !field_is_written(f, PB_BODY_CREATE)
				   : !*b->body && !in_path(f, b))
			continue;
		if (f->opt->n_refers && !is_part(api, in, f))
			add_kind(refusals, api, in, f);
	}
}

/* What the machinery between the gateway and every handler answers when the platform is not well.
 */
static void add_machinery(struct refusals *refusals, const Opt__Rule *r)
{
	ADD(refusals, "DATA_LOSS", "UNAVAILABLE", "NO_CONNECTION", "CONNECTION_LOST",
	    "SHUTTING_DOWN", "DRAINING", "KEYS_UNAVAILABLE", "DEADLINE", "EXPIRED_IN_QUEUE",
	    "RPC_BUSY", "REQUEST_TOO_LARGE", "MESSAGE_TOO_COMPLEX", "CALL_TOO_LARGE",
	    "REPLY_TOO_LARGE");
	if (r->tx != OPT__TX__TX_NONE)
		ADD(refusals, "DATABASE_READ_ONLY", "DATABASE_FULL", "SERIALIZATION_FAILURE");
	if (r->tx == OPT__TX__TX_WRITE || r->tx == OPT__TX__TX_MANUAL)
		ADD(refusals, "OUTCOME_UNKNOWN");
}

/* Who may not call, and why. */
static void add_access(struct refusals *refusals, const Opt__Rule *r)
{
	if (!r->public_)
		ADD(refusals, "SIGN_IN_REQUIRED", "TOKEN_INVALID", "TOKEN_MALFORMED",
		    "KEY_NOT_VALID", "SESSION_TOKEN_INVALID");
	if (r->signed_in || *r->permission || r->admin)
		ADD(refusals, "TOKEN_EXPIRED", "TOKEN_STALE", "SESSION_ENDED");
	if (*r->permission)
		ADD(refusals, "PERMISSION_REQUIRED");
	if (r->verified == OPT__VERIFIED__VERIFIED_REQUIRED)
		ADD(refusals, "EMAIL_NOT_VERIFIED");
	if (r->signed_in || *r->permission || *r->scope || r->session)
		ADD(refusals, "TENANT_SUSPENDED");
	if ((r->signed_in || r->admin) && r->tenant != OPT__TENANT_SOURCE__TENANT_NONE)
		ADD(refusals, "GRANT_REQUIRED");
	if (*r->scope)
		ADD(refusals, "SCOPE_REQUIRED", "KEY_NOT_VALID", "KEY_REVOKED", "KEY_EXPIRED");
	if (r->tenant == OPT__TENANT_SOURCE__TENANT_PATH)
		ADD(refusals, "TENANT_NOT_FOUND");
}

/* Those that follow from the rule; the rpc's own come first. */
static struct refusals refusals_of(const struct openapi *api, const struct pg_method *m,
				   const struct pg_binding *b)
{
	const Opt__Rule *r = m->rule;
	struct refusals refusals = {};

	for (size_t i = 0; i < r->n_reasons; i++)
		add(&refusals, r->reasons[i]);
	add_not_found(&refusals, api, m, b, m->input);
	/* An unknown member or parameter where there are none at all, too. */
	ADD(&refusals, "INVALID_FIELDS");
	ADD(&refusals, strcmp(b->body, "*") == 0 ? "QUERY_NOT_ALLOWED" : "TOO_MANY_PARAMETERS");
	ADD(&refusals, "PRECONDITION_UNSUPPORTED");
	if (binding_reads_etag(m, b) || binding_takes_etag(m, b))
		ADD(&refusals, "PRECONDITION_FAILED");
	if (binding_takes_etag(m, b))
		ADD(&refusals, "PRECONDITION_CONFLICT");
	if (has_pages(m->input))
		ADD(&refusals, "PAGE_TOKEN_MISMATCH");
	if (*b->body)
		ADD(&refusals, "MALFORMED_JSON", "JSON_TOO_COMPLEX", "BODY_TOO_LARGE",
		    "UNSUPPORTED_MEDIA_TYPE");
	add_access(&refusals, r);
	if (r->idempotency)
		ADD(&refusals, "IDEMPOTENCY_KEY_INVALID", "IDEMPOTENCY_IN_FLIGHT",
		    "IDEMPOTENCY_KEY_REUSED");
	if (r->idempotency == OPT__IDEMPOTENCY__IDEMPOTENCY_REQUIRED)
		ADD(&refusals, "IDEMPOTENCY_KEY_REQUIRED");
	if (r->rate != OPT__RATE_CLASS__RATE_NONE)
		ADD(&refusals, "RATE_LIMITED");
	ADD(&refusals, "NOT_ACCEPTABLE", "OVERLOADED", "INTERNAL", "DATABASE_UNAVAILABLE",
	    "DEADLINE_EXCEEDED");
	refusals.n_shown = refusals.n;
	add_machinery(&refusals, r);
	return refusals;
}

static int http_of(const struct manifest_line *line)
{
	enum status_code code = status_code_parse(line->second);
	bool is_known; /* a test's manifest has reasons of its own */
	struct problem problem = {.status = status_parse(code, line->name, &is_known)};

	if (strcmp(line->name, "NOT_ACCEPTABLE") == 0)
		return 406;
	if (strcmp(line->name, "BODY_TOO_LARGE") == 0)
		return 413;
	if (strcmp(line->name, "UNSUPPORTED_MEDIA_TYPE") == 0)
		return 415;
	return problem_http(&problem);
}

/* {"$ref": …} to the example of a problem, which stands once under components. */
static json_t *problem_example(struct openapi *api, const struct manifest_line *line, int http)
{
	if (!*line->fourth)
		model_fail(
			api->model,
			"proto/manifest/reasons.txt: %s: clients get this reason; write what the "
			"caller does into a fourth column",
			line->name);
	if (!json_object_get(api->examples, line->name))
		json_object_set_new(
			api->examples, line->name,
			json_pack("{s:s, s:s, s:{s:o, s:s, s:i, s:s, s:s, s:s, s:s}}", "summary",
				  line->third, "description", line->fourth, "value", "type",
				  json_sprintf(PROBLEM_TYPE_BASE "%s", line->name), "title",
				  problem_title(http), "status", http, "detail", line->third,
				  "code", line->second, "reason", line->name, "requestId",
				  "0190c3a4-7b1e-7c2d-9a53-1f0e6d5c4b3a"));
	return json_pack("{s:o}", "$ref", json_sprintf("#/components/examples/%s", line->name));
}

/* The response of one HTTP status, made when its first reason comes. */
static json_t *response_for(json_t *responses, int http)
{
	char key[16];
	json_t *response;

	snprintf(key, sizeof key, "%d", http);
	response = json_object_get(responses, key);
	if (!response) {
		response = json_pack("{s:s, s:{s:{s:{s:[{s:s}, {s:{s:{s:[]}}}]}, s:{}}}}",
				     "description", problem_title(http), "content",
				     "application/problem+json", "schema", "allOf", "$ref",
				     "#/components/schemas/Problem", "properties", "reason", "enum",
				     "examples");
		if (http == 429 || http == 503)
			json_object_set_new(response, "headers",
					    json_pack("{s:{s:s}}", "Retry-After", "$ref",
						      "#/components/headers/Retry-After"));
		json_object_set_new(responses, key, response);
	}
	return response;
}

static void add_refusal(struct openapi *api, json_t *responses, const char *reason, bool is_shown)
{
	const struct manifest_line *line = manifest_find(&api->manifest->reasons, reason);
	json_t *response, *content, *names;
	int http;

	if (!line) {
		model_fail(api->model, "'%s' is not listed in proto/manifest/reasons.txt", reason);
		return;
	}
	http = http_of(line);
	response = response_for(responses, http);
	content = json_object_get(json_object_get(response, "content"), "application/problem+json");
	names = json_object_get(
		json_object_get(
			json_object_get(
				json_array_get(json_object_get(json_object_get(content, "schema"),
							       "allOf"),
					       1),
				"properties"),
			"reason"),
		"enum");
	json_array_append_new(names, json_string(reason));
	if (is_shown)
		json_object_set_new(json_object_get(content, "examples"), reason,
				    problem_example(api, line, http));
}

static const struct pg_field *response_field(const struct pg_method *m, const struct pg_binding *b)
{
	for (size_t i = 0; i < m->output->n_fields; i++)
		if (strcmp(m->output->fields[i].proto->name, b->response_body) == 0)
			return &m->output->fields[i];
	return NULL;
}

static json_t *success(struct openapi *api, const struct pg_method *m, const struct pg_binding *b)
{
	const struct pg_field *part = response_field(m, b);
	json_t *headers =
		json_pack("{s:{s:s}}", "X-Request-Id", "$ref", "#/components/headers/X-Request-Id");

	if (binding_answers_etag(m, b))
		json_object_set_new(headers, "ETag",
				    json_pack("{s:s}", "$ref", "#/components/headers/ETag"));
	if (m->rule->rate != OPT__RATE_CLASS__RATE_NONE)
		json_object_set_new(headers, "RateLimit",
				    json_pack("{s:s}", "$ref", "#/components/headers/RateLimit"));
	if (m->rule->success == 204)
		return json_pack("{s:s, s:o}", "description", "Done.", "headers", headers);
	return json_pack("{s:s, s:o, s:{s:{s:o, s:o}}}", "description",
			 m->output->comment ? m->output->comment : m->output->proto->name,
			 "headers", headers, "content", "application/json", "schema",
			 part ? schema_field(api, part) : schema_ref(api, m->output), "example",
			 part ? example_field(api, part)
			      : example_message(api, m->output, NULL, NULL));
}

json_t *openapi_responses(struct openapi *api, const struct pg_method *m,
			  const struct pg_binding *b)
{
	struct refusals refusals = refusals_of(api, m, b);
	json_t *responses = json_object();
	char key[16];

	snprintf(key, sizeof key, "%u", m->rule->success ? m->rule->success : 200);
	json_object_set_new(responses, key, success(api, m, b));
	if (binding_reads_etag(m, b))
		json_object_set_new(responses, "304",
				    json_pack("{s:s, s:{s:{s:s}}}", "description",
					      "The client has this state already.", "headers",
					      "ETag", "$ref", "#/components/headers/ETag"));
	for (size_t i = 0; i < refusals.n; i++)
		add_refusal(api, responses, refusals.reasons[i], i < refusals.n_shown);
	return responses;
}
