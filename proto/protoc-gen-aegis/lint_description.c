/* What a client sees has a description: rpcs with a route, and all that they take and give. */
#include "lint.h"

const char *common_description(const char *name)
{
	static const char *const common[][2] = {
		{"page_size",
		 "The largest number of entries in a page, 50 when absent. A page has at "
		 "most 200 entries."},
		{"page_token", "The `nextPageToken` of the page before; empty for the first page."},
		{"next_page_token", "The `pageToken` of the next page; empty on the last page."},
		{"update_mask", "The members to change, parted by commas. When absent, the members "
				"that the body contains."},
		{"version", "Grows with each change. The `ETag` is made of this number."},
	};

	for (size_t i = 0; i < sizeof common / sizeof *common; i++)
		if (strcmp(common[i][0], name) == 0)
			return common[i][1];
	return NULL;
}

static void lint_enum_words(struct pg_model *model, const struct pg_file *file,
			    const struct pg_enum *e)
{
	if (!e->comment)
		model_fail(model, "%s: enum %s has no description for callers", file->path,
			   e->full_name);
	for (size_t i = 0; i < e->n_values; i++)
		if (!e->values[i].comment)
			model_fail(model, "%s: %s of enum %s has no description for callers",
				   file->path, e->values[i].name, e->full_name);
}

static void lint_fields(struct pg_model *model, const struct pg_message *message)
{
	for (size_t i = 0; i < message->n_fields && !model->error; i++) {
		const struct pg_field *f = &message->fields[i];
		const struct pg_message *inner =
			f->is_map ? f->message->fields[1].message : f->message;

		if (!message->is_map_entry && !f->comment && !common_description(f->proto->name))
			model_fail(model, "%s: %s.%s has no description for callers",
				   message->file->path, message->full_name, f->proto->name);
		if (f->enumeration)
			lint_enum_words(model, message->file, f->enumeration);
		if (!inner || inner->well_known != PB_WK_NONE)
			continue;
		if (!inner->comment)
			model_fail(model, "%s: message %s has no description for callers",
				   inner->file->path, inner->full_name);
		lint_fields(model, inner);
	}
}

void lint_descriptions(struct pg_model *model, const struct pg_method *m)
{
	if (m->n_bindings == 0)
		return;
	if (!m->service->comment)
		model_fail(model, "%s: service %s has no description for callers",
			   m->service->file->path, m->service->full_name);
	if (!m->comment)
		model_fail(model, "%s: rpc %s has no description for callers",
			   m->service->file->path, m->name);
	if (m->output->n_fields && !m->output->comment)
		model_fail(model, "%s: message %s has no description for callers",
			   m->output->file->path, m->output->full_name);
	lint_fields(model, m->input);
	lint_fields(model, m->output);
}
