/* The topics of the event contract: payloads with an (aegis.topic) option. */
#include "emit.h"

#include <string.h>

/* The number of the oneof member of Event that carries this payload; 0 when none does. */
static int payload_number(const struct pg_model *model, const struct pg_message *payload)
{
	for (size_t i = 0; i < model->n_messages; i++) {
		const struct pg_message *m = &model->messages[i];

		if (m->file != payload->file || strcmp(m->proto->name, "Event") != 0)
			continue;
		for (size_t k = 0; k < m->n_fields; k++)
			if (m->fields[k].in_oneof && m->fields[k].message == payload)
				return m->fields[k].proto->number;
	}
	return 0;
}

static void add_names(struct strbuf *out, const struct pg_message *m, const char *what,
		      const char *const *names, size_t n)
{
	strbuf_printf(out, "static const char *const %s__%s[] = {", m->c_lower, what);
	for (size_t i = 0; i < n; i++) {
		add_literal(out, names[i]);
		strbuf_add_c(out, ", ");
	}
	strbuf_add_c(out, "NULL};\n");
}

void emit_topics(const struct pg_model *model, const struct pg_file *file, struct strbuf *out)
{
	struct strbuf rows = strbuf_new(model->arena);

	for (size_t i = 0; i < model->n_messages; i++) {
		const struct pg_message *m = &model->messages[i];

		if (m->file != file || !m->topic)
			continue;
		add_names(out, m, "subscribers", m->topic->subscribers, m->topic->n_subscribers);
		add_names(out, m, "publishers", m->topic->publishers, m->topic->n_publishers);
		strbuf_printf(&rows, "\t{.payload_case = %d, .name = ", payload_number(model, m));
		add_literal(&rows, m->topic->name);
		strbuf_printf(&rows, ", .subscribers = %s__subscribers, ", m->c_lower);
		strbuf_printf(&rows, ".publishers = %s__publishers},\n", m->c_lower);
	}
	if (rows.len > 0)
		strbuf_printf(out, "\nconst struct event_topic event_topics[] = {\n%s\t{}};\n",
			      rows.ptr);
}

static void add_action(struct strbuf *out, const char *name, struct str publisher)
{
	strbuf_printf(out, "\t{.name = \"%s\", .publisher = \"" STR_FMT "\"", name,
		      STR_ARG(publisher));
}

static void add_service_actions(struct strbuf *out, const struct pg_service *service)
{
	for (size_t m = 0; m < service->n_methods; m++) {
		const Opt__Rule *rule = service->methods[m].rule;

		if (!*rule->audit_action)
			continue;
		add_action(out, rule->audit_action, str_of(service->daemon));
		strbuf_printf(out, ", .by_session = %d", rule->session);
		if (rule->n_internal)
			strbuf_add_c(out, ", .callers = (const char *const[]){");
		for (size_t i = 0; i < rule->n_internal; i++)
			strbuf_printf(out, "\"%s\", ", rule->internal[i]);
		strbuf_add_c(out, rule->n_internal ? "NULL}},\n" : "},\n");
	}
}

void emit_actions(const struct pg_model *model, const struct manifest *manifest, struct strbuf *out)
{
	struct str text, word;

	add_banner(out, "proto/");
	strbuf_add_c(out, "#include \"contract/topic.h\"\n\n"
			  "const struct event_action event_actions[] = {\n");
	for (size_t i = 0; i < model->n_files; i++)
		for (size_t s = 0; s < model->files[i].n_services; s++)
			add_service_actions(out, &model->files[i].services[s]);
	for (size_t i = 0; i < manifest->actions.n; i++) {
		text = str_of(manifest->actions.lines[i].second);
		while (manifest_word(&text, &word)) {
			add_action(out, manifest->actions.lines[i].name, word);
			strbuf_add_c(out, "},\n");
		}
	}
	strbuf_add_c(out, "\t{}};\n");
}
