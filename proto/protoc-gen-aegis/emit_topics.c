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

static void add_subscribers(struct strbuf *out, const struct pg_message *m)
{
	strbuf_printf(out, "static const char *const %s__subscribers[] = {", m->c_lower);
	for (size_t i = 0; i < m->topic->n_subscribers; i++) {
		add_literal(out, m->topic->subscribers[i]);
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
		add_subscribers(out, m);
		strbuf_printf(&rows, "\t{.payload_case = %d, .name = ", payload_number(model, m));
		add_literal(&rows, m->topic->name);
		strbuf_printf(&rows, ", .subscribers = %s__subscribers},\n", m->c_lower);
	}
	if (rows.len > 0)
		strbuf_printf(out, "\nconst struct event_topic event_topics[] = {\n%s\t{}};\n",
			      rows.ptr);
}
