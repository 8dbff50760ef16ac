/* Lists of arguments and columns, and the types they are made of. */
#include <ctype.h>

#include "gen.h"

static const struct type_row {
	const char *sql;
	const char *constant;
	const char *c;
	const char *c_nullable;
} types[] = {
	[DB_UUID] = {"uuid", "DB_UUID", "struct uuid ", "const struct uuid *"},
	[DB_TEXT] = {"text", "DB_TEXT", "const char *", "const char *"},
	[DB_INT4] = {"int4", "DB_INT4", "int32_t ", "const int32_t *"},
	[DB_INT8] = {"int8", "DB_INT8", "int64_t ", "const int64_t *"},
	[DB_BOOL] = {"bool", "DB_BOOL", "bool ", "const bool *"},
	[DB_INSTANT] = {"instant", "DB_INSTANT", "instant ", "const instant *"},
	[DB_DATE] = {"date", "DB_DATE", "date_days ", "const date_days *"},
	[DB_BYTES] = {"bytes", "DB_BYTES", "struct str ", "struct str "},
	[DB_JSON] = {"json", "DB_JSON", "struct str ", "struct str "},
	[DB_TEXT_LIST] = {"text[]", "DB_TEXT_LIST", "struct text_list ", "struct text_list "},
	[DB_INT8_LIST] = {"int8[]", "DB_INT8_LIST", "struct int8_list ", "struct int8_list "},
	[DB_INSTANT_LIST] = {"instant[]", "DB_INSTANT_LIST", "struct instant_list ",
			     "struct instant_list "},
	[DB_BYTES_LIST] = {"bytes[]", "DB_BYTES_LIST", "struct bytes_list ", "struct bytes_list "},
	[DB_UUID_LIST] = {"uuid[]", "DB_UUID_LIST", "struct uuid_list ", "struct uuid_list "},
};

#define N_TYPES (sizeof types / sizeof types[0])

const char *gen_c_type(const struct gen_column *column)
{
	return column->is_nullable ? types[column->type].c_nullable : types[column->type].c;
}

const char *gen_type_name(enum db_type type)
{
	return types[type].constant;
}

bool gen_is_identifier(struct str s)
{
	if (s.len == 0 || s.len > 48 || !islower((unsigned char)s.ptr[0]))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!islower((unsigned char)s.ptr[i]) && !isdigit((unsigned char)s.ptr[i]) &&
		    s.ptr[i] != '_')
			return false;
	return true;
}

static bool is_c_keyword(struct str s)
{
	static const char *const words[] = {
		"auto",	    "bool",	"break",  "case",    "char",   "const",	 "continue",
		"default",  "do",	"double", "else",    "enum",   "extern", "false",
		"float",    "for",	"goto",	  "if",	     "inline", "int",	 "long",
		"register", "restrict", "return", "short",   "signed", "sizeof", "static",
		"struct",   "switch",	"true",	  "typedef", "typeof", "union",	 "unsigned",
		"void",	    "volatile", "while",  "asm",     "unix",   "linux",	 NULL};

	for (size_t i = 0; words[i]; i++)
		if (str_eq_c(s, words[i]))
			return true;
	return false;
}

static bool find_type(struct str name, enum db_type *type)
{
	for (size_t i = 0; i < N_TYPES; i++)
		if (str_eq_c(name, types[i].sql)) {
			*type = (enum db_type)i;
			return true;
		}
	return false;
}

static bool is_listed(const struct gen_columns *columns, struct str name)
{
	for (size_t i = 0; i < columns->n; i++)
		if (str_eq_c(name, columns->items[i].name))
			return true;
	return false;
}

/* One "email text?". */
static void parse_column(struct gen_file *file, unsigned line, struct str text,
			 struct gen_columns *columns)
{
	struct str type = str_trim(text);
	struct str name = str_take_until(&type, ' ');
	struct gen_column column = {};

	type = str_trim(type);
	if (type.len > 0 && type.ptr[type.len - 1] == '?') {
		column.is_nullable = true;
		type = str_trim((struct str){type.ptr, type.len - 1});
	}
	if (!gen_is_identifier(name) || is_c_keyword(name))
		gen_error(file, line,
			  "'" STR_FMT "' is not a usable name (lower case, no C keyword)",
			  STR_ARG(name));
	else if (!find_type(type, &column.type))
		gen_error(file, line,
			  "'" STR_FMT "' has type '" STR_FMT "': uuid text int4 int8 bool instant "
			  "date bytes json text[] uuid[] int8[] instant[] bytes[], nullable with ? "
			  "after it",
			  STR_ARG(name), STR_ARG(type));
	else if (is_listed(columns, name))
		gen_error(file, line, "'" STR_FMT "' is listed twice", STR_ARG(name));
	else if (columns->n == GEN_MAX_COLUMNS)
		gen_error(file, line, "more than %d columns", GEN_MAX_COLUMNS);
	else {
		column.name = str_dup(file->arena, name);
		columns->items[columns->n++] = column;
	}
}

void gen_parse_columns(struct gen_file *file, unsigned line, struct str list,
		       struct gen_columns *columns)
{
	list = str_trim(list);
	while (list.len > 0) {
		struct str one = str_take_until(&list, ',');

		parse_column(file, line, one, columns);
	}
}

static struct gen_row *find_row(struct gen_file *file, struct str name)
{
	for (size_t i = 0; i < file->n_rows; i++)
		if (str_eq_c(name, file->rows[i]->name))
			return file->rows[i];
	return NULL;
}

static bool same_columns(const struct gen_columns *a, const struct gen_columns *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->items[i].name, b->items[i].name) != 0 ||
		    a->items[i].type != b->items[i].type ||
		    a->items[i].is_nullable != b->items[i].is_nullable)
			return false;
	return true;
}

struct gen_row *gen_parse_row(struct gen_file *file, unsigned line, struct str text)
{
	struct str list = str_trim(text);
	struct str name = str_trim(str_take_until(&list, '('));
	struct gen_row *known = find_row(file, name);
	struct gen_row *row = arena_new_of(file->arena, struct gen_row);

	if (!gen_is_identifier(name) || is_c_keyword(name)) {
		gen_error(file, line, "row needs a name: -- row: member (id uuid, ...)");
		return NULL;
	}
	if (list.len == 0) {
		if (!known)
			gen_error(file, line, "row '" STR_FMT "' is not listed above",
				  STR_ARG(name));
		return known;
	}
	list = str_trim(list);
	if (list.len == 0 || list.ptr[list.len - 1] != ')') {
		gen_error(file, line, "row '" STR_FMT "' does not end in )", STR_ARG(name));
		return NULL;
	}
	list.len--;
	gen_parse_columns(file, line, list, &row->columns);
	if (row->columns.n == 0)
		gen_error(file, line, "row '" STR_FMT "' has no columns", STR_ARG(name));
	if (known) {
		if (!same_columns(&known->columns, &row->columns))
			gen_error(file, line, "row '%s' was listed with other columns above",
				  known->name);
		return known;
	}
	row->name = str_dup(file->arena, name);
	if (file->n_rows < GEN_MAX_QUERIES)
		file->rows[file->n_rows++] = row;
	return row;
}
