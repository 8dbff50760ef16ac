/* REST bindings: paths, variables, bodies, query parameters, conflicts. */
#include "lint.h"

static void fail(struct pg_model *model, const struct pg_method *m, const struct pg_binding *b,
		 const char *what, const char *name)
{
	model_fail(model, "%s: rpc %s: %s %s: %s%s%s%s", m->service->file->path, m->name, b->verb,
		   b->pattern, what, *name ? " '" : "", name, *name ? "'" : "");
}

bool next_variable(struct str *path, struct str *name)
{
	const char *open = path->len ? memchr(path->ptr, '{', path->len) : NULL;
	struct str rest;

	if (!open)
		return false;
	rest = (struct str){open + 1, path->len - (size_t)(open + 1 - path->ptr)};
	*name = str_take_until(&rest, '}');
	*path = rest;
	return true;
}

static bool is_scalar(const struct pg_field *f)
{
	return f && !f->repeated && !f->message && !f->opt->json;
}

static bool is_variable(const struct pg_binding *b, const char *field)
{
	struct str path = str_of(b->pattern), name;

	while (next_variable(&path, &name))
		if (str_eq_c(name, field))
			return true;
	return false;
}

static void lint_path(struct pg_model *model, const struct pg_method *m, const struct pg_binding *b)
{
	struct str path = str_of(b->pattern), name;

	if (b->pattern[0] != '/' || strstr(b->pattern, "//") || strpbrk(b->pattern, "*=?# ")) {
		fail(model, m, b, "a path is /literals and {variables} with an optional :verb", "");
		return;
	}
	while (next_variable(&path, &name)) {
		const char *text = str_dup(model->arena, name);
		const struct pg_field *field = find_field(m->input, name);

		if (!field)
			fail(model, m, b, "the request has no field", text);
		else if (!is_scalar(field))
			fail(model, m, b, "a path variable binds one plain value, not", text);
		else if (field->proto->type ==
				 GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_STRING &&
			 !field->required)
			fail(model, m, b, "a path variable must be required:", text);
		else if (!field->opt->n_refers &&
			 field->opt->sensitivity != OPT__SENSITIVITY__SECRET)
			fail(model, m, b,
			     "a path variable says which kind of object it refers to:", text);
	}
	if (m->rule->tenant == OPT__TENANT_SOURCE__TENANT_PATH && !is_variable(b, "tenant_id"))
		fail(model, m, b, "TENANT_PATH needs the variable", "{tenant_id}");
}

static void lint_body(struct pg_model *model, const struct pg_method *m, const struct pg_binding *b)
{
	bool bodyless = strcmp(b->verb, "GET") == 0 || strcmp(b->verb, "DELETE") == 0;
	const struct pg_field *field;

	if (bodyless && *b->body)
		fail(model, m, b, "GET and DELETE carry no body", "");
	if (!bodyless && !*b->body)
		fail(model, m, b, "needs a body: \"*\" or the name of a field", "");
	if (*b->response_body && !find_field(m->output, str_of(b->response_body)))
		fail(model, m, b, "the response has no field", b->response_body);
	if (!*b->body || strcmp(b->body, "*") == 0)
		return;
	field = find_field(m->input, str_of(b->body));
	if (!field || !field->message || field->repeated)
		fail(model, m, b, "the body must be a message field of the request, not", b->body);
	else if (is_variable(b, b->body))
		fail(model, m, b, "is in the path and in the body:", b->body);
}

/* What is neither in the path nor in the body comes as query parameters. */
static void lint_query(struct pg_model *model, const struct pg_method *m,
		       const struct pg_binding *b)
{
	if (strcmp(b->body, "*") == 0)
		return;
	for (size_t i = 0; i < m->input->n_fields; i++) {
		const struct pg_field *f = &m->input->fields[i];

		if (strcmp(f->proto->name, b->body) == 0 || is_variable(b, f->proto->name))
			continue;
		if (f->opt->json || f->is_map ||
		    (f->message && (f->repeated || f->message->well_known == PB_WK_NONE)))
			fail(model, m, b, "cannot be a query parameter:", f->proto->name);
		if (f->opt->sensitivity == OPT__SENSITIVITY__SECRET ||
		    f->opt->sensitivity == OPT__SENSITIVITY__PHI)
			fail(model, m, b,
			     "protected values do not belong into a URL:", f->proto->name);
	}
}

void lint_bindings(struct pg_model *model, const struct pg_method *m)
{
	for (size_t i = 0; i < m->n_bindings && !model->error; i++) {
		const struct pg_binding *b = &m->bindings[i];

		if (!*b->verb) {
			fail(model, m, b, "google.api.http names no path", "");
			continue;
		}
		lint_path(model, m, b);
		lint_body(model, m, b);
		lint_query(model, m, b);
	}
}

/* Two patterns that some path fits alike: variables are the same as each other. */
static bool same_shape(const char *a, const char *b)
{
	while (*a && *b) {
		if (*a == '{' && *b == '{') {
			a += strcspn(a, "}");
			b += strcspn(b, "}");
		} else if (*a != *b) {
			return false;
		}
		a++;
		b++;
	}
	return *a == *b;
}

static void compare(struct pg_model *model, const struct pg_method *m, const struct pg_method *n)
{
	for (size_t i = 0; i < m->n_bindings; i++)
		for (size_t j = 0; j < n->n_bindings; j++) {
			const struct pg_binding *a = &m->bindings[i], *b = &n->bindings[j];

			if ((m == n && i >= j) || strcmp(a->verb, b->verb) != 0)
				continue;
			if (same_shape(a->pattern, b->pattern))
				model_fail(model, "%s: %s %s of rpc %s is the route of %s",
					   m->service->file->path, a->verb, a->pattern, m->name,
					   n->full_name);
		}
}

void lint_conflicts(struct pg_model *model)
{
	const struct pg_method **all = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < model->n_files; i++)
		for (size_t s = 0; s < model->files[i].n_services; s++)
			cap += model->files[i].services[s].n_methods;
	all = arena_array_of(model->arena, const struct pg_method *, cap + 1);
	for (size_t i = 0; i < model->n_files; i++)
		for (size_t s = 0; s < model->files[i].n_services; s++)
			for (size_t m = 0; m < model->files[i].services[s].n_methods; m++)
				all[n++] = &model->files[i].services[s].methods[m];
	for (size_t i = 0; i < n && !model->error; i++)
		for (size_t j = 0; j <= i; j++)
			compare(model, all[i], all[j]);
}
