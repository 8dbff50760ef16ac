/* gateway/manifest.c and gateway/reference.md: the manifests as C tables and for people. */
#include "emit.h"

static void add_roles(struct strbuf *out, size_t number, const char *roles)
{
	struct str text = str_of(roles), word;

	strbuf_printf(out, "static const char *const roles_%zu[] = {", number);
	while (manifest_word(&text, &word))
		strbuf_printf(out, "\"" STR_FMT "\", ", STR_ARG(word));
	strbuf_add_c(out, "NULL};\n");
}

static void add_grants(struct strbuf *out, const char *table, const struct manifest_list *list)
{
	strbuf_printf(out, "\nconst struct contract_permission %s[] = {\n", table);
	for (size_t i = 0; i < list->n; i++) {
		const struct manifest_line *line = &list->lines[i];

		strbuf_printf(out, "\t{\"%s\", ", line->name);
		add_literal(out, line->second);
		if (*line->third)
			strbuf_printf(out, ", roles_%zu", i);
		strbuf_add_c(out, "},\n");
	}
	strbuf_add_c(out, "\t{}};\n");
}

static bool is_known(const struct str *known, size_t n, struct str role)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(known[i], role))
			return true;
	return false;
}

#define ROLES_MAX 64

static void add_role_names(struct pg_model *model, struct strbuf *out,
			   const struct manifest_list *list)
{
	struct str known[ROLES_MAX], text, word;
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		text = str_of(list->lines[i].third);
		while (manifest_word(&text, &word)) {
			if (is_known(known, n, word))
				continue;
			if (n == ROLES_MAX) {
				model_fail(model, "permissions.txt: more than %d roles", ROLES_MAX);
				return;
			}
			known[n++] = word;
		}
	}
	strbuf_add_c(out, "\nconst char *const contract_roles[] = {");
	for (size_t i = 0; i < n; i++)
		strbuf_printf(out, "\"" STR_FMT "\", ", STR_ARG(known[i]));
	strbuf_add_c(out, "NULL};\n");
}

void emit_manifest(struct pg_model *model, const struct manifest *manifest, struct strbuf *out)
{
	add_banner(out, "proto/manifest");
	strbuf_add_c(out, "#include \"contract/manifest.h\"\n\n");
	for (size_t i = 0; i < manifest->permissions.n; i++)
		add_roles(out, i, manifest->permissions.lines[i].third);
	add_grants(out, "contract_permissions", &manifest->permissions);
	add_grants(out, "contract_scopes", &manifest->scopes);
	add_role_names(model, out, &manifest->permissions);
}

static void add_who(struct strbuf *out, const Opt__Rule *r)
{
	const char *sep = "";

	if (r->public_)
		strbuf_printf(out, "%spublic", sep), sep = ", ";
	if (r->signed_in)
		strbuf_printf(out, "%ssigned in", sep), sep = ", ";
	if (*r->permission)
		strbuf_printf(out, "%s`%s`", sep, r->permission), sep = ", ";
	if (*r->scope)
		strbuf_printf(out, "%skey with `%s`", sep, r->scope), sep = ", ";
	if (r->session)
		strbuf_printf(out, "%ssession token", sep), sep = ", ";
	if (r->admin)
		strbuf_printf(out, "%splatform administrator", sep), sep = ", ";
	if (r->verified == OPT__VERIFIED__VERIFIED_REQUIRED)
		strbuf_add_c(out, " with a confirmed address");
	for (size_t i = 0; i < r->n_internal; i++)
		strbuf_printf(out, "%s%s (internal)", sep, r->internal[i]), sep = ", ";
}

static void add_method_row(struct strbuf *out, const struct pg_method *m)
{
	strbuf_printf(out, "| %s | ", m->name);
	for (size_t i = 0; i < m->n_bindings; i++)
		strbuf_printf(out, "%s`%s %s`", i ? "<br>" : "", m->bindings[i].verb,
			      m->bindings[i].pattern);
	strbuf_add_c(out, " | ");
	add_who(out, m->rule);
	strbuf_printf(out, " | %s |\n", *m->rule->audit_action ? m->rule->audit_action : "");
}

static void add_list(struct strbuf *out, const char *title, const char *columns,
		     const struct manifest_list *list)
{
	strbuf_printf(out, "\n## %s\n\n%s\n", title, columns);
	for (size_t i = 0; i < list->n; i++) {
		const struct manifest_line *line = &list->lines[i];

		strbuf_printf(out, "| `%s` | %s |", line->name, line->second);
		if (*line->third)
			strbuf_printf(out, " %s |", line->third);
		if (list->has_fourth)
			strbuf_printf(out, " %s |", line->fourth);
		strbuf_add_char(out, '\n');
	}
}

void emit_reference(const struct pg_model *model, const struct manifest *manifest,
		    struct strbuf *out)
{
	strbuf_add_c(out, "# Reference\n\nWritten from the contract at build time.\n");
	for (size_t i = 0; i < model->n_files; i++)
		for (size_t s = 0; s < model->files[i].n_services; s++) {
			const struct pg_service *service = &model->files[i].services[s];

			strbuf_printf(out,
				      "\n## %s\n\n| rpc | HTTP | who | audited as |\n"
				      "| --- | --- | --- | --- |\n",
				      service->daemon);
			for (size_t m = 0; m < service->n_methods; m++)
				add_method_row(out, &service->methods[m]);
		}
	add_list(out, "Permissions", "| name | allows | roles |\n| --- | --- | --- |",
		 &manifest->permissions);
	add_list(out, "Scopes of keys", "| name | allows |\n| --- | --- |", &manifest->scopes);
	add_list(out, "Reasons",
		 "| reason | status | meaning | what the caller does |\n| --- | --- | --- | --- |",
		 &manifest->reasons);
	add_list(out, "Event topics",
		 "| topic | subscribers | publishers | mailed after |\n| --- | --- | --- | --- |",
		 &manifest->topics);
	add_list(out, "Actions beside those of the rpcs", "| action | publishers |\n| --- | --- |",
		 &manifest->actions);
	add_list(out, "Tables", "| table | class |\n| --- | --- |", &manifest->tables);
}
