#include "lint.h"

#include "contract/contract.h"
#include "contract/pattern.h"

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name

static bool is_integer(int type)
{
	switch (type) {
	case TYPE(INT32):
	case TYPE(INT64):
	case TYPE(UINT32):
	case TYPE(UINT64):
	case TYPE(SINT32):
	case TYPE(SINT64):
	case TYPE(FIXED32):
	case TYPE(FIXED64):
	case TYPE(SFIXED32):
	case TYPE(SFIXED64): return true;
	default: return false;
	}
}

static void lint_text_options(struct pg_model *model, const char *where, const struct pg_field *f)
{
	const Opt__Field *o = f->opt;
	bool text = f->proto->type == TYPE(STRING);
	const char *why;

	if (!text && (o->uuid || o->email || o->date || o->uri || o->name || o->trim || o->n_in ||
		      *o->pattern))
		model_fail(model,
			   "%s: uuid, email, date, uri, name, trim, in and pattern are for strings",
			   where);
	if (o->uuid + o->email + o->date + o->uri + o->name > 1)
		model_fail(model, "%s: a string has one form only", where);
	if (*o->pattern && !field_pattern_is_valid(o->pattern, &why))
		model_fail(model, "%s: pattern '%s': %s", where, o->pattern, why);
	if ((o->min_len || o->max_len) && !text && f->proto->type != TYPE(BYTES))
		model_fail(model, "%s: min_len and max_len are for strings and bytes", where);
	if (o->max_len && o->min_len > o->max_len)
		model_fail(model, "%s: min_len is more than max_len", where);
	if ((o->json || o->json_max_bytes) && f->proto->type != TYPE(BYTES))
		model_fail(model, "%s: json is for bytes", where);
	if ((o->json_max_bytes || *o->json_schema) && !o->json)
		model_fail(model, "%s: json_max_bytes and json_schema need json", where);
}

static void lint_other_options(struct pg_model *model, const char *where, const struct pg_field *f)
{
	const Opt__Field *o = f->opt;
	bool min = o->_min_case == OPT__FIELD___MIN_MIN, max = o->_max_case == OPT__FIELD___MAX_MAX;
	bool has_absence = f->repeated || f->in_oneof || f->message ||
			   f->proto->type == TYPE(STRING) || f->proto->type == TYPE(BYTES);

	if ((min || max) && !is_integer(f->proto->type))
		model_fail(model, "%s: min and max are for integers", where);
	if (min && max && o->min > o->max)
		model_fail(model, "%s: min is more than max", where);
	if ((o->min_items || o->max_items) && !f->repeated)
		model_fail(model, "%s: min_items and max_items are for repeated fields", where);
	if (o->max_items && o->min_items > o->max_items)
		model_fail(model, "%s: min_items is more than max_items", where);
	if (o->required && !has_absence)
		model_fail(model,
			   "%s: required cannot tell 0 from absent; write oneof _%s { ... } or min",
			   where, f->proto->name);
}

static void lint_field_type(struct pg_model *model, const char *where, const struct pg_field *f)
{
	if (f->proto->proto3_optional)
		model_fail(
			model,
			"%s: protobuf-c has no proto3 optional; write oneof _%s { ... } around it",
			where, f->proto->name);
	if (f->proto->type == TYPE(GROUP))
		model_fail(model, "%s: groups are not supported", where);
	if (f->message && str_has_prefix(str_of(f->message->full_name), "google.protobuf.") &&
	    f->message->well_known == PB_WK_NONE)
		model_fail(model,
			   "%s: of google.protobuf only Timestamp, Duration, FieldMask and "
			   "Empty may be used",
			   where);
}

void lint_message(struct pg_model *model, const struct pg_message *message)
{
	for (size_t i = 0; i < message->n_fields; i++) {
		const struct pg_field *f = &message->fields[i];
		const char *where = arena_printf(model->arena, "%s: %s.%s", message->file->path,
						 message->full_name, f->proto->name);

		lint_field_type(model, where, f);
		lint_text_options(model, where, f);
		lint_other_options(model, where, f);
		lint_example(model, where, f);
	}
}

/* Walks down from a message; path holds the names on the way. */
static void lint_depth(struct pg_model *model, const struct pg_message *top,
		       const struct pg_message *at, const struct pg_message **path, size_t depth)
{
	for (size_t i = 0; i < depth; i++) {
		if (path[i] == at) {
			model_fail(model,
				   "%s: %s contains itself; carry it as bytes with json instead",
				   at->file->path, at->full_name);
			return;
		}
	}
	if (depth == CONTRACT_MAX_DEPTH) {
		model_fail(model, "%s: %s nests deeper than %d messages", top->file->path,
			   top->full_name, CONTRACT_MAX_DEPTH);
		return;
	}
	path[depth] = at;
	for (size_t i = 0; i < at->n_fields && !model->error; i++)
		if (at->fields[i].message)
			lint_depth(model, top, at->fields[i].message, path, depth + 1);
}

static void lint_enum(struct pg_model *model, const struct pg_enum *e)
{
	for (size_t i = 0; i < e->n_values; i++)
		for (size_t j = 0; j < i; j++) {
			if (e->values[i].number == e->values[j].number)
				model_fail(model, "%s: %s and %s are the same number", e->full_name,
					   e->values[j].name, e->values[i].name);
			if (strcmp(e->values[i].json, e->values[j].json) == 0)
				model_fail(model, "%s: %s and %s have the same name in JSON",
					   e->full_name, e->values[j].name, e->values[i].name);
		}
}

static void lint_ids(struct pg_model *model, const struct pg_method *method)
{
	for (size_t i = 0; i < model->n_files; i++)
		for (size_t s = 0; s < model->files[i].n_services; s++)
			for (size_t m = 0; m < model->files[i].services[s].n_methods; m++) {
				const struct pg_method *other =
					&model->files[i].services[s].methods[m];

				if (other != method && other->id == method->id)
					model_fail(model,
						   "%s: %s has the wire id of %s; rename one",
						   method->service->file->path, method->full_name,
						   other->full_name);
			}
}

static void lint_file(struct pg_model *model, const struct pg_file *file)
{
	for (size_t s = 0; s < file->n_services; s++)
		for (size_t m = 0; m < file->services[s].n_methods; m++) {
			const struct pg_method *method = &file->services[s].methods[m];

			lint_method(model, method);
			lint_bindings(model, method);
			lint_writes(model, method);
			lint_ids(model, method);
		}
}

static void lint_file_descriptions(struct pg_model *model, const struct pg_file *file)
{
	for (size_t s = 0; s < file->n_services; s++)
		for (size_t m = 0; m < file->services[s].n_methods && !model->error; m++)
			lint_descriptions(model, &file->services[s].methods[m]);
}

void lint_model(struct pg_model *model, const struct manifest *manifest)
{
	const struct pg_message *path[CONTRACT_MAX_DEPTH];

	for (size_t i = 0; i < model->n_messages && !model->error; i++) {
		const struct pg_message *message = &model->messages[i];

		if (!message->file->generate)
			continue;
		lint_message(model, message);
		lint_resource(model, message);
		lint_refers(model, message);
		lint_depth(model, message, message, path, 0);
	}
	for (size_t i = 0; i < model->n_enums && !model->error; i++)
		if (!str_has_prefix(str_of(model->enums[i].full_name), "google."))
			lint_enum(model, &model->enums[i]);
	for (size_t i = 0; i < model->n_files && !model->error; i++)
		if (model->files[i].generate)
			lint_file(model, &model->files[i]);
	if (!model->error)
		lint_conflicts(model);
	if (manifest && !model->error)
		lint_against_manifest(model, manifest);
	for (size_t i = 0; i < model->n_files && !model->error; i++)
		if (model->files[i].generate)
			lint_file_descriptions(model, &model->files[i]);
}
