/* Which member a column fills; what has no counterpart must be said in the row. */
#include "gen.h"
#include "model.h"

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name

static const struct pg_message *find_message(const struct pg_model *model, const char *name)
{
	for (size_t i = 0; model && i < model->n_messages; i++)
		if (strcmp(model->messages[i].full_name, name) == 0)
			return &model->messages[i];
	return NULL;
}

static bool is_without(const struct gen_row *row, const char *name)
{
	for (size_t i = 0; i < row->n_without; i++)
		if (strcmp(row->without[i], name) == 0)
			return true;
	return false;
}

static bool is_timestamp(const struct pg_field *f)
{
	return f->message && f->message->well_known == PB_WK_TIMESTAMP;
}

/* Whether values of the column's type become values of the member's; some only that way. */
static bool types_fit(const struct gen_column *c, const struct pg_field *f)
{
	int type = (int)f->proto->type;

	switch (c->type) {
	case DB_UUID:
	case DB_DATE:
	case DB_TEXT_LIST: return type == TYPE(STRING);
	case DB_UUID_LIST: return type == TYPE(STRING) && !c->write;
	case DB_TEXT: return type == TYPE(STRING) || type == TYPE(ENUM);
	case DB_INT4: return type == TYPE(INT32) || (type == TYPE(INT64) && !c->write);
	case DB_INT8:
	case DB_INT8_LIST: return type == TYPE(INT64);
	case DB_BOOL: return type == TYPE(BOOL);
	case DB_INSTANT: return is_timestamp(f);
	case DB_INSTANT_LIST: return is_timestamp(f) && !c->write;
	case DB_BYTES: return c->form ? type == TYPE(STRING) && !c->write : type == TYPE(BYTES);
	case DB_JSON: return type == TYPE(BYTES);
	case DB_BYTES_LIST: return type == TYPE(BYTES) && !c->write;
	}
	return false;
}

static bool is_list(enum db_type type)
{
	return type >= DB_TEXT_LIST;
}

/* NULL needs a member that can be absent, or one whose empty text says the same. */
static bool null_fits(const struct gen_column *c, const struct pg_field *f)
{
	int type = (int)f->proto->type;

	return !c->is_nullable || f->in_oneof || f->repeated || is_timestamp(f) ||
	       type == TYPE(STRING) || type == TYPE(BYTES);
}

/* May a client give what the column takes from its member? */
static bool is_given(const struct gen_row *row, const struct gen_column *c,
		     const struct pg_field *f)
{
	if (!row->found->resource || !(c->write & GEN_FROM_MEMBER))
		return true;
	return (!(c->write & GEN_IN_INSERT) || field_is_written(f, PB_BODY_CREATE)) &&
	       (!(c->write & GEN_IN_UPDATE) || field_is_written(f, PB_BODY_UPDATE));
}

static void match_column(struct gen_file *file, const struct gen_row *row, struct gen_column *c)
{
	const char *member = c->member ? c->member : c->name;
	const struct pg_field *f = find_field(row->found, str_of(member));

	if (strcmp(member, "-") == 0)
		return;
	if (!f)
		gen_error(file, row->line,
			  "row '%s': %s has no member '%s': say -> and the member, or -> - when no "
			  "member has this column's value alone",
			  row->name, row->message, member);
	else if (is_without(row, member))
		gen_error(file, row->line,
			  "row '%s': member '%s' has a column and stands in "
			  "without (), too",
			  row->name, member);
	else if (c->form && (c->type != DB_BYTES || f->repeated))
		gen_error(file, row->line, "row '%s': '%s' is not of type bytes", row->name,
			  c->name);
	else if (is_list(c->type) != f->repeated || !types_fit(c, f))
		gen_error(file, row->line,
			  "row '%s': '%s' and the member '%s' have types that do not fit (bytes "
			  "become text as hex, base64 or base64url)",
			  row->name, c->name, member);
	else if (!null_fits(c, f))
		gen_error(file, row->line,
			  "row '%s': '%s' may be NULL, and the member '%s' cannot be absent",
			  row->name, c->name, member);
	else if (f->in_oneof && (c->write & GEN_FROM_MEMBER) && !c->is_nullable)
		gen_error(file, row->line,
			  "row '%s': the member '%s' may be absent, and '%s' cannot be NULL",
			  row->name, member, c->name);
	else if (!is_given(row, c, f))
		gen_error(
			file, row->line,
			"row '%s': '%s' is written from the member '%s', but (aegis.write) lets no "
			"client give it there",
			row->name, c->name, member);
	else
		c->field = f;
}

static void check_member(struct gen_file *file, const struct gen_row *row, const struct pg_field *f)
{
	const char *by = NULL;

	for (size_t i = 0; i < row->columns.n; i++) {
		if (row->columns.items[i].field != f)
			continue;
		if (by)
			gen_error(file, row->line,
				  "row '%s': '%s' and '%s' both fill the member '%s'", row->name,
				  by, row->columns.items[i].name, f->proto->name);
		by = row->columns.items[i].name;
	}
	/* What is never answered, or once, is kept in another form. */
	if (!by && !is_without(row, f->proto->name) && !field_is_hidden(f))
		gen_error(file, row->line,
			  "row '%s': no column fills the member '%s' of %s: add one, or name the "
			  "member in without ()",
			  row->name, f->proto->name, row->message);
}

static void match_row(struct gen_file *file, struct gen_row *row)
{
	unsigned before = file->n_errors;

	row->found = find_message(file->model, row->message);
	if (!row->found) {
		gen_error(file, row->line, "row '%s': the contract has no message %s", row->name,
			  row->message);
		return;
	}
	for (size_t i = 0; i < row->columns.n; i++)
		match_column(file, row, &row->columns.items[i]);
	for (size_t i = 0; i < row->n_without; i++)
		if (!find_field(row->found, str_of(row->without[i])))
			gen_error(file, row->line, "row '%s': %s has no member '%s'", row->name,
				  row->message, row->without[i]);
	if (file->n_errors > before)
		return;
	for (size_t i = 0; i < row->found->n_fields; i++)
		check_member(file, row, &row->found->fields[i]);
}

void gen_match(struct gen_file *file)
{
	for (size_t i = 0; i < file->n_rows; i++)
		if (file->rows[i]->message)
			match_row(file, file->rows[i]);
}
