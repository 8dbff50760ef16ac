/* What a resource, (aegis.write) and refers mean for the fields that say them. */
#include "model.h"

const struct pg_field *find_field(const struct pg_message *message, struct str name)
{
	for (size_t i = 0; i < message->n_fields; i++)
		if (str_eq_c(name, message->fields[i].proto->name))
			return &message->fields[i];
	return NULL;
}

const struct pg_message *model_kind(const struct pg_model *model, const char *name, const char **id)
{
	for (size_t i = 0; i < model->n_messages; i++) {
		const struct pg_message *m = &model->messages[i];
		const Opt__Resource *r = m->resource;

		if (r && strcmp(r->name, name) == 0) {
			*id = r->n_id ? r->id[r->n_id - 1] : NULL;
			return m;
		}
		for (size_t k = 0; r && k < r->n_other; k++)
			if (strcmp(r->other[k]->name, name) == 0) {
				*id = r->other[k]->id;
				return m;
			}
	}
	return NULL;
}

bool field_is_written(const struct pg_field *f, enum pb_body body)
{
	switch (f->write) {
	case OPT__WRITE__CREATE:
	case OPT__WRITE__INPUT_ONLY: return body == PB_BODY_CREATE;
	case OPT__WRITE__UPDATE: return body == PB_BODY_UPDATE;
	case OPT__WRITE__CREATE_AND_UPDATE: return true;
	default: return f->is_version && body == PB_BODY_UPDATE;
	}
}

bool field_is_hidden(const struct pg_field *f)
{
	return f->write == OPT__WRITE__INPUT_ONLY || f->write == OPT__WRITE__OUTPUT_ONCE;
}

static void resolve_fields(struct pg_message *m)
{
	for (size_t i = 0; i < m->n_fields; i++) {
		struct pg_field *f = &m->fields[i];
		bool refers = f->opt->n_refers > 0;
		bool is_text = f->proto->type ==
			       GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_STRING;

		f->is_version = m->resource && *m->resource->version &&
				strcmp(m->resource->version, f->proto->name) == 0;
		f->required = f->opt->required || (refers && is_text && !f->opt->can_be_absent);
		/* What a client cannot give is not required of it, although it refers to an object.
		 */
		if (m->resource && !field_is_written(f, PB_BODY_CREATE) &&
		    !field_is_written(f, PB_BODY_UPDATE))
			f->required = false;
		f->uuid = f->opt->uuid || (f->opt->n_refers == 1 && is_text && !f->opt->max_len &&
					   !*f->opt->pattern);
	}
}

static bool has_mask(const struct pg_message *m)
{
	for (size_t i = 0; i < m->n_fields; i++)
		if (m->fields[i].message && m->fields[i].message->well_known == PB_WK_FIELD_MASK)
			return true;
	return false;
}

/* A resource in a request is one to write, and the rpc says in which way. */
static void resolve_body(const struct pg_method *method)
{
	/* The model's own arrays: const is for its readers. */
	struct pg_message *input = (struct pg_message *)(uintptr_t)method->input;
	bool replaces = method->n_bindings && strcmp(method->bindings[0].verb, "PUT") == 0;

	for (size_t i = 0; i < input->n_fields; i++) {
		struct pg_field *f = &input->fields[i];

		if (f->message && f->message->resource && !f->repeated)
			f->body = replaces || has_mask(input) ? PB_BODY_UPDATE : PB_BODY_CREATE;
	}
}

void model_resources(struct pg_model *model)
{
	for (size_t i = 0; i < model->n_messages; i++)
		resolve_fields(&model->messages[i]);
	for (size_t i = 0; i < model->n_files; i++)
		for (size_t s = 0; s < model->files[i].n_services; s++)
			for (size_t k = 0; k < model->files[i].services[s].n_methods; k++)
				resolve_body(&model->files[i].services[s].methods[k]);
}
