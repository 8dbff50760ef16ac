/* openapi.json: paths and operations; schemas and responses have files of their own. */
#include <ctype.h>

#include "emit.h"
#include "lint.h"
#include "openapi.h"

bool in_path(const struct pg_field *f, const void *binding)
{
	const struct pg_binding *b = binding;
	struct str path = str_of(b->pattern), name;

	while (next_variable(&path, &name))
		if (str_eq_c(name, f->proto->name))
			return true;
	return false;
}

/* The pattern with the variables' JSON names. */
static const char *path_key(struct openapi *api, const struct pg_method *m,
			    const struct pg_binding *b)
{
	struct strbuf out = strbuf_new(api->model->arena);
	struct str rest = str_of(b->pattern), name;
	const char *done = b->pattern;

	while (next_variable(&rest, &name)) {
		strbuf_add(&out, done, (size_t)(name.ptr - done));
		strbuf_add_c(&out, find_field(m->input, name)->json_name);
		done = name.ptr + name.len;
	}
	strbuf_add_c(&out, done);
	return out.ptr;
}

static json_t *parameter(struct openapi *api, const struct pg_field *f, const char *in)
{
	static const char *const of_parameter[] = {"description", "x-aegis-resource"};
	bool path = strcmp(in, "path") == 0;
	json_t *schema = schema_field(api, f);
	json_t *p = json_pack("{s:s, s:s, s:b}", "name", f->json_name, "in", in, "required",
			      path || f->required);

	for (size_t i = 0; i < sizeof of_parameter / sizeof of_parameter[0]; i++)
		if (json_object_get(schema, of_parameter[i])) {
			json_object_set(p, of_parameter[i],
					json_object_get(schema, of_parameter[i]));
			json_object_del(schema, of_parameter[i]);
		}
	json_object_set_new(p, "schema", schema);
	return p;
}

static json_t *parameters(struct openapi *api, const struct pg_method *m,
			  const struct pg_binding *b)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->input->n_fields; i++)
		if (in_path(&m->input->fields[i], b))
			json_array_append_new(list, parameter(api, &m->input->fields[i], "path"));
	for (size_t i = 0; i < m->input->n_fields && strcmp(b->body, "*") != 0; i++) {
		const struct pg_field *f = &m->input->fields[i];

		if (!in_path(f, b) && strcmp(f->proto->name, b->body) != 0)
			json_array_append_new(list, parameter(api, f, "query"));
	}
	if (m->rule->idempotency == OPT__IDEMPOTENCY__IDEMPOTENCY_REQUIRED)
		json_array_append_new(list,
				      json_pack("{s:s}", "$ref",
						"#/components/parameters/IdempotencyKeyRequired"));
	else if (m->rule->idempotency)
		json_array_append_new(
			list, json_pack("{s:s}", "$ref", "#/components/parameters/IdempotencyKey"));
	if (binding_reads_etag(m, b))
		json_array_append_new(
			list, json_pack("{s:s}", "$ref", "#/components/parameters/IfNoneMatch"));
	if (binding_reads_etag(m, b) || binding_takes_etag(m, b))
		json_array_append_new(
			list, json_pack("{s:s}", "$ref", "#/components/parameters/IfMatch"));
	if (m->rule->admin && m->rule->tenant == OPT__TENANT_SOURCE__TENANT_PRINCIPAL) {
		api->names_tenant = true;
		json_array_append_new(
			list, json_pack("{s:s}", "$ref", "#/components/parameters/AegisTenant"));
	}
	return list;
}

/* The version is left out, because an example's would be another than the object has. */
static bool not_in_example(const struct pg_field *member, const void *part)
{
	const struct pg_field *body = part;

	return member->is_version || !field_is_written(member, body->body);
}

static json_t *body_of(struct openapi *api, const struct pg_method *m, const struct pg_binding *b)
{
	const struct pg_field *part = find_field(m->input, str_of(b->body));
	json_t *schema, *example;
	bool needed;

	if (part && part->body) {
		schema = schema_body(api, part, strcmp(b->verb, "PATCH") == 0);
		example = example_message(api, part->message, not_in_example, part);
		needed = part->required;
	} else if (part) {
		schema = schema_ref(api, part->message);
		example = example_field(api, part);
		needed = part->required;
	} else {
		schema = schema_object(api, m->input, in_path, b);
		example = example_message(api, m->input, in_path, b);
		needed = json_object_get(schema, "required") != NULL;
	}
	return json_pack("{s:b, s:{s:{s:o, s:o}}}", "required", needed, "content",
			 "application/json", "schema", schema, "example", example);
}

static void allow(json_t *security, const char *scheme, const char *grant)
{
	json_t *grants = json_array();

	if (*grant)
		json_array_append_new(grants, json_string(grant));
	json_array_append_new(security, json_pack("{s:o}", scheme, grants));
}

static json_t *security_of(const Opt__Rule *r)
{
	json_t *security = json_array();

	if (r->signed_in || *r->permission)
		allow(security, "user", r->permission);
	if (*r->scope)
		allow(security, "key", r->scope);
	if (r->session)
		allow(security, "session", "");
	if (r->admin)
		allow(security, "admin", "");
	return security;
}

/* "GetMyTenant" to "Get my tenant". */
static json_t *summary_of(struct openapi *api, const struct pg_method *m)
{
	struct strbuf out = strbuf_new(api->model->arena);

	for (const char *p = m->name; *p; p++) {
		if (p > m->name && isupper((unsigned char)*p))
			strbuf_add_char(&out, ' ');
		strbuf_add_char(&out, p > m->name ? (char)tolower((unsigned char)*p) : *p);
	}
	return json_stringn(out.ptr, out.len);
}

static json_t *operation(struct openapi *api, const struct pg_method *m, size_t number)
{
	static const char *const rates[] = {"read", "write", "auth",   "expensive",
					    "code", "none",  "refresh"};
	const struct pg_binding *b = &m->bindings[number];
	json_t *op = json_object();

	api->in_request = true;

	json_object_set_new(
		op, "operationId",
		number ? json_sprintf("%s.%s.%zu", m->service->daemon, m->name, number + 1)
		       : json_sprintf("%s.%s", m->service->daemon, m->name));
	json_object_set_new(op, "tags", json_pack("[s]", m->service->daemon));
	json_object_set_new(op, "summary", summary_of(api, m));
	if (m->comment)
		json_object_set_new(op, "description", json_string(m->comment));
	json_object_set_new(op, "security", security_of(m->rule));
	json_object_set_new(op, "parameters", parameters(api, m, b));
	if (*b->body)
		json_object_set_new(op, "requestBody", body_of(api, m, b));
	api->in_request = false;
	json_object_set_new(op, "responses", openapi_responses(api, m, b));
	json_object_set_new(op, "x-rate-class", json_string(rates[m->rule->rate]));
	json_object_set_new(op, "x-deadline-ms",
			    json_integer(m->rule->deadline_ms ? m->rule->deadline_ms : 5000));
	if (*m->rule->audit_action)
		json_object_set_new(op, "x-audit-action", json_string(m->rule->audit_action));
	return op;
}

static void add_operation(struct openapi *api, const struct pg_method *m, size_t number)
{
	const char *key = path_key(api, m, &m->bindings[number]);
	json_t *item = json_object_get(api->paths, key);
	char verb[8] = "";

	for (size_t i = 0; m->bindings[number].verb[i] && i + 1 < sizeof verb; i++)
		verb[i] = (char)tolower((unsigned char)m->bindings[number].verb[i]);
	if (!item) {
		item = json_object();
		json_object_set_new(api->paths, key, item);
	}
	json_object_set_new(item, verb, operation(api, m, number));
}

static json_t *add_services(struct openapi *api)
{
	json_t *tags = json_array();

	for (size_t i = 0; i < api->model->n_files; i++)
		for (size_t s = 0; s < api->model->files[i].n_services; s++) {
			const struct pg_service *service = &api->model->files[i].services[s];

			json_array_append_new(tags,
					      json_pack("{s:s, s:s?}", "name", service->daemon,
							"description", service->comment));
			for (size_t m = 0; m < service->n_methods; m++)
				for (size_t b = 0; b < service->methods[m].n_bindings; b++)
					add_operation(api, &service->methods[m], b);
		}
	json_array_append_new(tags, json_pack("{s:s, s:s}", "name", "gateway", "description",
					      "The platform itself: health, keys and this "
					      "reference."));
	return tags;
}

/* What each permission or scope allows, and which roles have it from the start. */
static json_t *grants(const struct manifest_list *list)
{
	json_t *object = json_object();

	for (size_t i = 0; i < list->n; i++) {
		struct str text = str_of(list->lines[i].third), word;
		json_t *roles = json_array();

		while (manifest_word(&text, &word))
			json_array_append_new(roles, json_stringn(word.ptr, word.len));
		json_object_set_new(object, list->lines[i].name,
				    json_pack("{s:s, s:o}", "description", list->lines[i].second,
					      "roles", roles));
	}
	return object;
}

void emit_openapi(struct pg_model *model, const struct manifest *manifest, struct strbuf *out)
{
	struct openapi api = {.model = model,
			      .manifest = manifest,
			      .schemas = json_object(),
			      .examples = json_object(),
			      .paths = json_object()};
	json_t *components = json_object(), *tags, *document;
	char *text;

	openapi_common(&api, components);
	openapi_own_paths(&api);
	tags = add_services(&api);
	openapi_drop_unused(&api, components);
	json_object_set_new(components, "schemas", api.schemas);
	json_object_set_new(components, "examples", api.examples);
	document =
		json_pack("{s:s, s:{s:s, s:s, s:o, s:{s:s}}, s:[{s:s}], s:o, s:{s:s, s:s}, s:o, "
			  "s:o, s:o, s:o}",
			  "openapi", "3.1.0", "info", "title", "Aegis API", "version", "1",
			  "description", openapi_introduction(), "license", "name", "Proprietary",
			  "servers", "url", "/", "tags", tags, "externalDocs", "description",
			  "The format of screeners", "url", "/docs/screener-format.md", "paths",
			  api.paths, "components", components, "x-permissions",
			  grants(&manifest->permissions), "x-scopes", grants(&manifest->scopes));
	text = json_dumps(document, JSON_COMPACT | JSON_ENSURE_ASCII);
	strbuf_add_c(out, text);
	free(text);
	json_decref(document);
}

#define LITERAL_BYTES 96 /* a line */

void emit_embedded(const char *name, struct str bytes, struct strbuf *out)
{
	add_banner(out, "the services' .proto files");
	strbuf_printf(out, "#include <stddef.h>\n\nconst char %s[] =", name);
	for (size_t at = 0; at < bytes.len; at += LITERAL_BYTES) {
		size_t n = bytes.len - at < LITERAL_BYTES ? bytes.len - at : LITERAL_BYTES;

		strbuf_add_c(out, "\n\t");
		add_literal(out, arena_strndup(out->arena, bytes.ptr + at, n));
	}
	strbuf_printf(out, ";\nconst size_t %s_len = %zu;\n", name, bytes.len);
}
