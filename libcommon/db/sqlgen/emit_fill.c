/* Writes fill.h and fill.c: rows as messages of the contract, straight code for each member. */
#include <ctype.h>

#include "gen.h"
#include "model.h"

/* protobuf-c puts an underscore behind what is a keyword of C or C++. */
const char *gen_member_name(struct arena *arena, const struct pg_field *field)
{
	static const char *const more[] = {
		"and",	    "catch",   "class",	  "compl",     "delete",   "explicit",
		"export",   "friend",  "mutable", "namespace", "new",	   "not",
		"operator", "or",      "private", "protected", "public",   "template",
		"this",	    "throw",   "try",	  "typeid",    "typename", "using",
		"virtual",  "wchar_t", "xor",	  "auto",      NULL};
	const char *name = field->proto->name;
	bool is_keyword = gen_is_c_keyword(str_of(name));

	for (size_t i = 0; more[i]; i++)
		is_keyword = is_keyword || strcmp(name, more[i]) == 0;
	return is_keyword ? arena_printf(arena, "%s_", name) : name;
}

const char *gen_oneof_name(const struct gen_row *row, const struct pg_field *field)
{
	return row->found->proto->oneof_decl[field->proto->oneof_index]->name;
}

char *gen_oneof_case(struct arena *arena, const struct gen_row *row, const struct pg_field *field)
{
	char *text = arena_printf(arena, "%s__%s_%s", row->found->c_lower,
				  gen_oneof_name(row, field), field->proto->name);

	for (char *c = text; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return text;
}

/* "pb_hex" and the like: what makes text of bytes. */
static const char *form_name(enum gen_form form)
{
	static const char *const names[] = {"", "pb_hex", "pb_base64", "pb_base64url"};

	return names[form];
}

/* The value of a column that is not NULL; %s is how the column is reached. */
static char *value_of(struct arena *arena, const struct gen_column *c)
{
	bool is_behind_pointer =
		c->is_nullable && c->type != DB_TEXT && c->type != DB_BYTES && c->type != DB_JSON;
	const char *v = arena_printf(arena, "%srow->%s", is_behind_pointer ? "*" : "", c->name);

	switch (c->type) {
	case DB_UUID: return arena_printf(arena, "uuid_text(arena, %s)", v);
	case DB_DATE: return arena_printf(arena, "pb_date_text(arena, %s)", v);
	case DB_INSTANT: return arena_printf(arena, "pb_timestamp(arena, %s)", v);
	case DB_BYTES:
	case DB_JSON:
		if (c->form)
			return arena_printf(arena, "%s(arena, %s)", form_name(c->form), v);
		return arena_printf(arena, "pb_bytes(%s)", v);
	default: return arena_strdup(arena, v);
	}
}

/* The value when NULL may come and the member itself says so: "", or an absent message. */
static char *value_or_empty(struct arena *arena, const struct gen_column *c)
{
	switch (c->type) {
	case DB_UUID: return arena_printf(arena, "pb_uuid_text_opt(arena, row->%s)", c->name);
	case DB_DATE: return arena_printf(arena, "pb_date_text_opt(arena, row->%s)", c->name);
	case DB_INSTANT: return arena_printf(arena, "pb_timestamp_opt(arena, row->%s)", c->name);
	case DB_TEXT: return arena_printf(arena, "row->%s ? row->%s : \"\"", c->name, c->name);
	default: return value_of(arena, c);
	}
}

static void emit_list(struct strbuf *out, const struct gen_column *c)
{
	const char *member = gen_member_name(out->arena, c->field);

	strbuf_printf(out, "\tout->n_%s = row->%s.n;\n\tout->%s = ", member, c->name, member);
	switch (c->type) {
	case DB_TEXT_LIST: strbuf_printf(out, "(const char **)row->%s.items;\n", c->name); break;
	case DB_INT8_LIST: strbuf_printf(out, "(int64_t *)row->%s.items;\n", c->name); break;
	case DB_UUID_LIST: strbuf_printf(out, "pb_uuid_texts(arena, row->%s);\n", c->name); break;
	case DB_INSTANT_LIST:
		strbuf_printf(out, "pb_timestamps(arena, row->%s);\n", c->name);
		break;
	default: strbuf_printf(out, "pb_bytes_list(arena, row->%s);\n", c->name); break;
	}
}

static void emit_value(struct strbuf *out, const struct gen_column *c, const char *indent,
		       const char *value)
{
	const char *member = gen_member_name(out->arena, c->field);

	if (!c->field->enumeration) {
		strbuf_printf(out, "%sout->%s = %s;\n", indent, member, value);
		return;
	}
	strbuf_printf(out, "%sTRY(pb_enum_value(&%s__enum_info, %s, &word));\n", indent,
		      c->field->enumeration->c_lower, value);
	strbuf_printf(out, "%sout->%s = (__typeof__(out->%s))word;\n", indent, member, member);
}

static void emit_column(struct arena *arena, const struct gen_row *row, const struct gen_column *c,
			struct strbuf *out)
{
	bool has_condition = c->field->in_oneof && c->is_nullable;
	const char *indent = has_condition ? "\t\t" : "\t";

	if (c->field->repeated) {
		emit_list(out, c);
		return;
	}
	if (!c->field->in_oneof) {
		emit_value(out, c, indent,
			   c->is_nullable ? value_or_empty(arena, c) : value_of(arena, c));
		return;
	}
	if (has_condition)
		strbuf_printf(out, "\tif (row->%s%s) {\n", c->name,
			      c->type == DB_BYTES || c->type == DB_JSON ? ".ptr" : "");
	strbuf_printf(out, "%sout->%s_case = %s;\n", indent, gen_oneof_name(row, c->field),
		      gen_oneof_case(arena, row, c->field));
	emit_value(out, c, indent, value_of(arena, c));
	if (has_condition)
		strbuf_add_c(out, "\t}\n");
}

static void emit_fill_head(const struct gen_row *row, struct strbuf *out)
{
	strbuf_printf(out,
		      "struct status q_%s_fill(struct arena *arena, const struct q_%s_row *row,\n"
		      "\t%s *out)",
		      row->name, row->name, row->found->c_type);
}

static void emit_list_head(const struct gen_row *row, struct strbuf *out)
{
	strbuf_printf(out,
		      "struct status q_%s_list(struct arena *arena, const struct q_%s_row *rows, "
		      "size_t n,\n\tsize_t *n_out, %s ***out)",
		      row->name, row->name, row->found->c_type);
}

static bool has_word(const struct gen_row *row)
{
	for (size_t i = 0; i < row->columns.n; i++)
		if (row->columns.items[i].field && row->columns.items[i].field->enumeration)
			return true;
	return false;
}

static void emit_fill(const struct gen_file *file, const struct gen_row *row, struct strbuf *out)
{
	strbuf_add_char(out, '\n');
	emit_fill_head(row, out);
	strbuf_add_c(out, "\n{\n");
	if (has_word(row))
		strbuf_add_c(out, "\tint word;\n\n");
	strbuf_add_c(out, "\t(void)arena;\n");
	for (size_t i = 0; i < row->columns.n; i++)
		if (row->columns.items[i].field)
			emit_column(file->arena, row, &row->columns.items[i], out);
	strbuf_add_c(out, "\treturn OK;\n}\n\n");
	emit_list_head(row, out);
	strbuf_printf(out,
		      "\n{\n\t%s **list = pb_array(arena, &%s__descriptor, n);\n\n"
		      "\tfor (size_t i = 0; i < n; i++)\n"
		      "\t\tTRY(q_%s_fill(arena, &rows[i], list[i]));\n"
		      "\t*n_out = n;\n\t*out = list;\n\treturn OK;\n}\n",
		      row->found->c_type, row->found->c_lower, row->name);
}

/* The first row of its contract file includes the file's header. */
static bool file_is_first(const struct gen_file *file, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (file->rows[i]->found &&
		    file->rows[i]->found->file == file->rows[index]->found->file)
			return false;
	return true;
}

static void emit_prototypes(const struct gen_row *row, struct strbuf *out)
{
	strbuf_printf(out, "\n/* The members that have a column; DATA_LOSS/UNKNOWN_WORD. */\n");
	emit_fill_head(row, out);
	strbuf_add_c(out, ";\n/* As many messages as rows. */\n");
	emit_list_head(row, out);
	strbuf_add_c(out, ";\n");
	if (!gen_row_takes(row))
		return;
	strbuf_add_c(out,
		     "/* The columns marked create (without a mask) and write (that it names), "
		     "from their members. */\n");
	gen_emit_take_head(row, out);
	strbuf_add_c(out, ";\n");
}

void gen_emit_fill_header(const struct gen_file *file, struct strbuf *out)
{
	strbuf_printf(out, "#pragma once\n\n/* Made by aegis-sqlgen from %s. */\n", file->shown);
	for (size_t i = 0; i < file->n_rows; i++)
		if (file->rows[i]->found && file_is_first(file, i))
			strbuf_printf(out, "#include <%s.aegis.h>\n",
				      file->rows[i]->found->file->stem);
	strbuf_printf(out,
		      "\n#include \"%s/queries.h\"\n#include \"contract/mask.h\"\n#include "
		      "\"svc/kit/pb.h\"\n",
		      file->name);
	for (size_t i = 0; i < file->n_rows; i++)
		if (file->rows[i]->found)
			emit_prototypes(file->rows[i], out);
}

void gen_emit_fill_source(const struct gen_file *file, struct strbuf *out)
{
	strbuf_printf(out, "/* Made by aegis-sqlgen from %s. */\n#include \"%s/fill.h\"\n",
		      file->shown, file->name);
	for (size_t i = 0; i < file->n_rows; i++) {
		if (!file->rows[i]->found)
			continue;
		emit_fill(file, file->rows[i], out);
		if (gen_row_takes(file->rows[i]))
			gen_emit_take(file, file->rows[i], out);
	}
}
