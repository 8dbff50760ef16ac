/* The way back: members of a message as the columns that an INSERT or an UPDATE writes. */
#include "gen.h"
#include "model.h"

static bool is_taken(const struct gen_column *c)
{
	return c->field && (c->write & GEN_FROM_MEMBER);
}

bool gen_row_takes(const struct gen_row *row)
{
	for (size_t i = 0; i < row->columns.n; i++)
		if (is_taken(&row->columns.items[i]))
			return true;
	return false;
}

void gen_emit_take_head(const struct gen_row *row, struct strbuf *out)
{
	strbuf_printf(out,
		      "struct status q_%s_from(struct arena *arena, const %s *in,\n"
		      "\tconst Google__Protobuf__FieldMask *mask, struct q_%s_row *row)",
		      row->name, row->found->c_type, row->name);
}

/* The value of a member that is there. */
static char *value_of(struct arena *arena, const struct gen_column *c)
{
	const char *m = gen_member_name(arena, c->field);
	const char *opt = c->is_nullable ? "_opt" : "";
	const char *in = c->is_nullable ? "arena, " : "";

	switch (c->type) {
	case DB_UUID: return arena_printf(arena, "pb_uuid%s(%sin->%s)", opt, in, m);
	case DB_DATE: return arena_printf(arena, "pb_date%s(%sin->%s)", opt, in, m);
	case DB_INSTANT: return arena_printf(arena, "pb_instant%s(%sin->%s)", opt, in, m);
	case DB_BYTES:
	case DB_JSON: return arena_printf(arena, "pb_str(in->%s)", m);
	case DB_TEXT:
		if (c->is_nullable && !c->field->in_oneof)
			return arena_printf(arena, "*in->%s ? in->%s : NULL", m, m);
		return arena_printf(arena, "in->%s", m);
	case DB_TEXT_LIST: return arena_printf(arena, "(struct text_list){in->%s, in->n_%s}", m, m);
	case DB_INT8_LIST: return arena_printf(arena, "(struct int8_list){in->%s, in->n_%s}", m, m);
	default:
		if (c->is_nullable)
			return arena_printf(arena, "arena_memdup(arena, &in->%s, sizeof in->%s)", m,
					    m);
		return arena_printf(arena, "in->%s", m);
	}
}

static void emit_value(struct arena *arena, const struct gen_column *c, struct strbuf *out)
{
	if (c->field->enumeration)
		strbuf_printf(
			out, "\t\tTRY(pb_enum_word(&%s__enum_info, (int)in->%s, &row->%s));\n",
			c->field->enumeration->c_lower, gen_member_name(arena, c->field), c->name);
	else
		strbuf_printf(out, "\t\trow->%s = %s;\n", c->name, value_of(arena, c));
}

/* A patch changes nothing that only an INSERT writes; an absent member is NULL. */
static void emit_column(struct arena *arena, const struct gen_row *row, const struct gen_column *c,
			struct strbuf *out)
{
	const char *named = c->write & GEN_IN_UPDATE ? arena_printf(arena, "mask_has(mask, \"%s\")",
								    c->field->proto->name)
						     : "!mask";
	bool is_struct = c->type == DB_BYTES || c->type == DB_JSON;

	if (!c->field->in_oneof) {
		strbuf_printf(out, "\tif (%s)\n", named);
		emit_value(arena, c, out);
		return;
	}
	strbuf_printf(out, "\tif (%s && in->%s_case == %s)\n", named, gen_oneof_name(row, c->field),
		      gen_oneof_case(arena, row, c->field));
	emit_value(arena, c, out);
	strbuf_printf(out, "\telse if (%s)\n\t\trow->%s = %s;\n", named, c->name,
		      is_struct ? "(struct str){}" : "NULL");
}

void gen_emit_take(const struct gen_file *file, const struct gen_row *row, struct strbuf *out)
{
	strbuf_add_char(out, '\n');
	gen_emit_take_head(row, out);
	strbuf_add_c(out, "\n{\n\t(void)arena;\n");
	for (size_t i = 0; i < row->columns.n; i++)
		if (is_taken(&row->columns.items[i]))
			emit_column(file->arena, row, &row->columns.items[i], out);
	strbuf_add_c(out, "\treturn OK;\n}\n");
}
