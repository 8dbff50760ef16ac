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

void gen_emit_variable(struct strbuf *out, const struct gen_column *column)
{
	if (column->row)
		strbuf_printf(out, "struct q_%s_row %s", column->row->name, column->name);
	else
		strbuf_printf(out, "%s%s",
			      column->is_nullable ? types[column->type].c_nullable
						  : types[column->type].c,
			      column->name);
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

bool gen_is_c_keyword(struct str s)
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

struct gen_column *gen_find_column(struct gen_columns *columns, struct str name)
{
	for (size_t i = 0; i < columns->n; i++)
		if (str_eq_c(name, columns->items[i].name))
			return &columns->items[i];
	return NULL;
}

struct str gen_take_item(struct str *list)
{
	struct str item = {list->ptr, 0};
	bool is_quoted = false;
	int depth = 0;

	for (; item.len < list->len; item.len++) {
		char c = list->ptr[item.len];

		is_quoted ^= c == '\'';
		depth += is_quoted ? 0 : (c == '(' || c == '[') - (c == ')' || c == ']');
		if (c == ',' && !is_quoted && depth == 0)
			break;
	}
	list->ptr += item.len + (item.len < list->len);
	list->len -= item.len + (item.len < list->len);
	return str_trim(item);
}

static struct str take_word(struct str *text)
{
	struct str word = {text->ptr, 0};

	while (word.len < text->len && !isspace((unsigned char)word.ptr[word.len]))
		word.len++;
	*text = str_trim((struct str){text->ptr + word.len, text->len - word.len});
	return word;
}

/* One of the words behind the type of a row's column. */
static bool parse_mark(struct gen_file *file, struct str word, struct str *rest,
		       struct gen_column *column)
{
	static const struct {
		const char *word;
		enum gen_form form;
		unsigned write;
	} marks[] = {{"hex", GEN_HEX, 0},
		     {"base64", GEN_BASE64, 0},
		     {"base64url", GEN_BASE64URL, 0},
		     {"insert", GEN_PLAIN, GEN_IN_INSERT},
		     {"create", GEN_PLAIN, GEN_IN_INSERT | GEN_FROM_MEMBER},
		     {"update", GEN_PLAIN, GEN_IN_UPDATE | GEN_FROM_MEMBER},
		     {"write", GEN_PLAIN, GEN_IN_INSERT | GEN_IN_UPDATE | GEN_FROM_MEMBER}};

	if (str_eq_c(word, "->")) {
		column->member = str_dup(file->arena, take_word(rest));
		return *column->member != '\0';
	}
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (str_eq_c(word, marks[i].word)) {
			column->form = marks[i].form ? marks[i].form : column->form;
			column->write = marks[i].write ? marks[i].write : column->write;
			return true;
		}
	return false;
}

static bool parse_marks(struct gen_file *file, unsigned line, struct str text, bool is_row,
			struct gen_column *column)
{
	struct str head = str_take_until(&text, '=');
	struct str expression = str_trim(text);
	bool is_known = true;

	head = str_trim(head);
	while (head.len > 0 && is_known) {
		struct str word = take_word(&head);

		if (str_eq_c(word, "?"))
			column->is_nullable = true;
		else
			is_known = is_row && parse_mark(file, word, &head, column);
		if (!is_known)
			gen_error(file, line,
				  "'" STR_FMT
				  "' behind the type of '%s': a row's column may say -> "
				  "member, hex, base64, base64url, insert, create, update, write, "
				  "and an "
				  "expression behind =",
				  STR_ARG(word), column->name);
	}
	if (expression.len > 0)
		column->expression = str_dup(file->arena, expression);
	if (expression.len > 0 && (!is_row || column->write)) {
		gen_error(file, line, "'%s': an expression can only be read, in a row",
			  column->name);
		return false;
	}
	return is_known;
}

static void add_column(struct gen_file *file, unsigned line, struct gen_columns *columns,
		       const struct gen_column *column)
{
	if (gen_find_column(columns, str_of(column->name)))
		gen_error(file, line, "'%s' is listed twice", column->name);
	else if (columns->n == GEN_MAX_COLUMNS)
		gen_error(file, line, "more than %d columns", GEN_MAX_COLUMNS);
	else
		columns->items[columns->n++] = *column;
}

/* "{member}": the columns of a row that is listed above. */
static void include_row(struct gen_file *file, unsigned line, struct str text,
			struct gen_columns *columns)
{
	struct str name = str_trim((struct str){text.ptr + 1, text.len - 2});
	struct gen_row *row = gen_find_row(file, name);

	if (!row)
		gen_error(file, line, "row '" STR_FMT "' is not listed above", STR_ARG(name));
	for (size_t i = 0; row && i < row->columns.n; i++)
		add_column(file, line, columns, &row->columns.items[i]);
}

/* The type of an argument: a row that is listed above. */
static bool find_row_type(struct gen_file *file, struct str type, struct gen_column *column)
{
	if (type.len < 2 || type.ptr[0] != '{' || type.ptr[type.len - 1] != '}')
		return false;
	column->row = gen_find_row(file, str_trim((struct str){type.ptr + 1, type.len - 2}));
	return column->row != NULL;
}

/* One "email text?". */
static void parse_column(struct gen_file *file, unsigned line, struct str text, bool is_row,
			 struct gen_columns *columns)
{
	struct str rest = str_trim(text);
	struct str name = take_word(&rest);
	struct str type = take_word(&rest);
	struct gen_column column = {.name = str_dup(file->arena, name)};

	if (type.len > 0 && type.ptr[type.len - 1] == '?') {
		column.is_nullable = true;
		type.len--;
	}
	if (!gen_is_identifier(name) || gen_is_c_keyword(name))
		gen_error(file, line,
			  "'" STR_FMT "' is not a usable name (lower case, no C keyword)",
			  STR_ARG(name));
	else if (!find_type(type, &column.type) && (is_row || !find_row_type(file, type, &column)))
		gen_error(file, line,
			  "'" STR_FMT "' has type '" STR_FMT "': uuid text int4 int8 bool instant "
			  "date bytes json text[] uuid[] int8[] instant[] bytes[], nullable with ? "
			  "after it, or an argument {row}",
			  STR_ARG(name), STR_ARG(type));
	else if (parse_marks(file, line, rest, is_row, &column))
		add_column(file, line, columns, &column);
}

void gen_parse_columns(struct gen_file *file, unsigned line, struct str list, bool is_row,
		       struct gen_columns *columns)
{
	list = str_trim(list);
	while (list.len > 0) {
		struct str one = gen_take_item(&list);

		if (is_row && one.len > 2 && one.ptr[0] == '{' && one.ptr[one.len - 1] == '}')
			include_row(file, line, one, columns);
		else
			parse_column(file, line, one, is_row, columns);
	}
}
