/* Objects of the API, who refers to them, and which rpc writes which of their members. */
#include <ctype.h>

#include "lint.h"

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name

static void fail(struct pg_model *model, const struct pg_message *m, const char *field,
		 const char *what)
{
	model_fail(model, "%s: %s%s%s: %s", m->file->path, m->full_name, *field ? "." : "", field,
		   what);
}

static bool is_name(const char *text)
{
	if (!islower((unsigned char)*text))
		return false;
	for (; *text; text++)
		if (!islower((unsigned char)*text) && *text != '_')
			return false;
	return true;
}

static void lint_ids(struct pg_model *model, const struct pg_message *m)
{
	const Opt__Resource *r = m->resource;

	if (r->singleton ? r->n_id != 0 : r->n_id == 0)
		fail(model, m, "", "a resource names its id, or is a singleton and has none");
	for (size_t i = 0; i < r->n_id; i++)
		if (!find_field(m, str_of(r->id[i])))
			fail(model, m, r->id[i], "is the resource's id but no member of it");
	for (size_t i = 0; i < r->n_other; i++)
		if (!is_name(r->other[i]->name) || !find_field(m, str_of(r->other[i]->id)))
			fail(model, m, r->other[i]->id,
			     "another id has a kind's name and is a member of the resource");
}

static void lint_version(struct pg_model *model, const struct pg_message *m)
{
	const struct pg_field *f = find_field(m, str_of(m->resource->version));

	if (!*m->resource->version)
		return;
	if (!f || f->proto->type != TYPE(INT64) || f->repeated || f->in_oneof)
		fail(model, m, m->resource->version,
		     "the version is a plain int64 of the resource");
	else if (f->write)
		fail(model, m, m->resource->version,
		     "the version is counted by the service: drop (aegis.write)");
}

static void lint_member(struct pg_model *model, const struct pg_message *m,
			const struct pg_field *f)
{
	bool is_output = f->write == OPT__WRITE__OUTPUT_ONLY;

	if (!m->resource && f->write)
		fail(model, m, f->proto->name,
		     "(aegis.write) is for members of a message with (aegis.resource)");
	if (m->resource && is_output && f->opt->required)
		fail(model, m, f->proto->name,
		     "is output only: no client can be required to give it");
	if (f->write == OPT__WRITE__OUTPUT_ONCE && f->opt->required)
		fail(model, m, f->proto->name, "is answered once, so it cannot be required");
}

void lint_resource(struct pg_model *model, const struct pg_message *m)
{
	for (size_t i = 0; i < m->n_fields; i++)
		lint_member(model, m, &m->fields[i]);
	if (!m->resource)
		return;
	if (!is_name(m->resource->name))
		fail(model, m, "",
		     "a kind of object is named in lower case: \"screening_session\"");
	lint_ids(model, m);
	lint_version(model, m);
}

/* The other parts of a composite id stand beside the field under their own names. */
static void lint_parts(struct pg_model *model, const struct pg_message *m, const struct pg_field *f,
		       const struct pg_message *target)
{
	const Opt__Resource *r = target->resource;

	for (size_t i = 0; i + 1 < r->n_id; i++)
		if (!find_field(m, str_of(r->id[i])))
			fail(model, m, f->proto->name,
			     arena_printf(
				     model->arena,
				     "refers to %s, which is found only with a field %s beside",
				     r->name, r->id[i]));
}

static void lint_target(struct pg_model *model, const struct pg_message *m,
			const struct pg_field *f, const char *kind, bool is_whole)
{
	const char *id = NULL;
	const struct pg_message *target = model_kind(model, kind, &id);
	const struct pg_field *member = target && id ? find_field(target, str_of(id)) : NULL;

	if (!target && is_whole)
		fail(model, m, f->proto->name,
		     arena_printf(model->arena, "refers to %s, which no resource is", kind));
	if (!target)
		return;
	if (!member)
		fail(model, m, f->proto->name,
		     arena_printf(model->arena, "refers to %s, which has no id", kind));
	else if (f->opt->n_refers == 1 && member->uuid != f->uuid)
		fail(model, m, f->proto->name,
		     arena_printf(model->arena, "refers to %s, whose id has another form", kind));
	else
		lint_parts(model, m, f, target);
}

static void lint_reference(struct pg_model *model, const struct pg_message *m,
			   const struct pg_field *f)
{
	const Opt__Field *o = f->opt;
	int type = f->proto->type;

	if (!o->n_refers)
		return;
	if (type != TYPE(STRING) && type != TYPE(INT32) && type != TYPE(INT64))
		fail(model, m, f->proto->name, "refers is for ids: strings and integers");
	if (o->required)
		fail(model, m, f->proto->name, "refers, so it is required: drop one");
	if (o->uuid && o->n_refers == 1)
		fail(model, m, f->proto->name, "refers, so it is a UUID: drop one");
	for (size_t i = 0; i < o->n_refers; i++)
		lint_target(model, m, f, o->refers[i], false);
}

void lint_refers(struct pg_model *model, const struct pg_message *m)
{
	for (size_t i = 0; i < m->n_fields && !model->error; i++)
		lint_reference(model, m, &m->fields[i]);
}

static void lint_twins(struct pg_model *model, const struct pg_message *m, const char *name)
{
	const char *id;

	if (model_kind(model, name, &id) != m)
		fail(model, m, "",
		     arena_printf(model->arena, "the kind %s is another resource's, too", name));
}

void lint_kinds(struct pg_model *model)
{
	for (size_t i = 0; i < model->n_messages && !model->error; i++) {
		const struct pg_message *m = &model->messages[i];

		if (m->resource)
			lint_twins(model, m, m->resource->name);
		for (size_t k = 0; m->resource && k < m->resource->n_other; k++)
			lint_twins(model, m, m->resource->other[k]->name);
		for (size_t k = 0; k < m->n_fields; k++)
			for (size_t r = 0; r < m->fields[k].opt->n_refers; r++)
				lint_target(model, m, &m->fields[k], m->fields[k].opt->refers[r],
					    true);
	}
}

static void lint_body_members(struct pg_model *model, const struct pg_method *m,
			      const struct pg_field *body)
{
	for (size_t i = 0; i < body->message->n_fields; i++)
		if (field_is_written(&body->message->fields[i], body->body) &&
		    !body->message->fields[i].is_version)
			return;
	model_fail(model, "%s: rpc %s: no member of %s may be written by it; say (aegis.write)",
		   m->service->file->path, m->name, body->message->full_name);
}

void lint_writes(struct pg_model *model, const struct pg_method *m)
{
	const struct pg_field *body = NULL;

	for (size_t i = 0; i < m->input->n_fields; i++)
		if (m->input->fields[i].body)
			body = &m->input->fields[i];
	if (body)
		lint_body_members(model, m, body);
	for (size_t i = 0; i < m->n_bindings; i++)
		if (strcmp(m->bindings[i].verb, "PATCH") == 0 &&
		    !(body && body->body == PB_BODY_UPDATE &&
		      strcmp(m->bindings[i].body, body->proto->name) == 0))
			model_fail(model,
				   "%s: rpc %s: the body of PATCH is a resource, with an "
				   "update_mask beside",
				   m->service->file->path, m->name);
}
