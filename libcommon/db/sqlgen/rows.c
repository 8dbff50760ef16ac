/* Rows: what they consist of, and what stands for them in a statement. */
#include "gen.h"

struct gen_row *gen_find_row(const struct gen_file *file, struct str name)
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

/* Cuts "(…)" off the front of *text and returns what is inside; false when it does not close. */
static bool take_parentheses(struct str *text, struct str *inside)
{
	bool is_quoted = false;
	int depth = 0;

	for (size_t i = 0; i < text->len; i++) {
		char c = text->ptr[i];

		is_quoted ^= c == '\'';
		depth += is_quoted ? 0 : (c == '(') - (c == ')');
		if (depth > 0)
			continue;
		*inside = (struct str){text->ptr + 1, i - 1};
		*text = str_trim((struct str){text->ptr + i + 1, text->len - i - 1});
		return i > 0;
	}
	return false;
}

/* What stands behind the columns: nothing, or "without (status, outcome)". */
static bool parse_without(struct gen_file *file, struct str text, struct gen_row *row)
{
	struct str list;

	if (text.len == 0)
		return true;
	if (!str_has_prefix(text, "without"))
		return false;
	text = str_trim((struct str){text.ptr + 7, text.len - 7});
	if (!take_parentheses(&text, &list) || text.len > 0 || !row->message)
		return false;
	while (list.len > 0 && row->n_without < GEN_MAX_COLUMNS)
		row->without[row->n_without++] = str_dup(file->arena, gen_take_item(&list));
	return list.len == 0;
}

static struct gen_row *parse_lists(struct gen_file *file, unsigned line, struct gen_row *row,
				   struct str text)
{
	struct str list;

	if (!take_parentheses(&text, &list)) {
		gen_error(file, line, "row '%s' does not end in )", row->name);
		return NULL;
	}
	gen_parse_columns(file, line, list, true, &row->columns);
	if (row->columns.n == 0)
		gen_error(file, line, "row '%s' has no columns", row->name);
	if (!parse_without(file, text, row)) {
		gen_error(file, line,
			  "'" STR_FMT
			  "' behind row '%s': only a row with a message may say without "
			  "(members)",
			  STR_ARG(text), row->name);
		return NULL;
	}
	return row;
}

static bool is_reserved(struct str name)
{
	return str_eq_c(name, "columns") || str_eq_c(name, "values") || str_eq_c(name, "set");
}

struct gen_row *gen_parse_row(struct gen_file *file, unsigned line, struct str text)
{
	const char *open = memchr(text.ptr, '(', text.len);
	size_t head_len = open ? (size_t)(open - text.ptr) : text.len;
	struct str message = str_trim((struct str){text.ptr, head_len});
	struct str name = str_trim(str_take_until(&message, '='));
	struct gen_row *known = gen_find_row(file, name);
	struct gen_row *row = arena_new_of(file->arena, struct gen_row);

	if (!gen_is_identifier(name) || gen_is_c_keyword(name) || is_reserved(name)) {
		gen_error(file, line, "row needs a name: -- row: member (id uuid, ...)");
		return NULL;
	}
	if (!open) {
		if (!known)
			gen_error(file, line, "row '" STR_FMT "' is not listed above",
				  STR_ARG(name));
		return known;
	}
	row->name = str_dup(file->arena, name);
	row->line = line;
	message = str_trim(message);
	if (message.len > 0)
		row->message = str_dup(file->arena, message);
	if (!parse_lists(file, line, row, (struct str){open, text.len - head_len}))
		return NULL;
	if (known) {
		if (!same_columns(&known->columns, &row->columns) || row->message)
			gen_error(file, line, "row '%s' was listed with other columns above",
				  known->name);
		return known;
	}
	if (file->n_rows < GEN_MAX_QUERIES)
		file->rows[file->n_rows++] = row;
	return row;
}

/* ", document = ''::bytea": what this statement selects instead of a column. */
static bool parse_override(struct gen_file *file, unsigned line, struct gen_columns *columns,
			   struct str text)
{
	struct str expression = text;
	struct str name = str_trim(str_take_until(&expression, '='));
	struct gen_column *column = gen_find_column(columns, name);

	expression = str_trim(expression);
	if (!column || expression.len == 0) {
		gen_error(file, line, "'" STR_FMT "' is not: column of the row = expression",
			  STR_ARG(text));
		return false;
	}
	column->expression = str_dup(file->arena, expression);
	return true;
}

static const char *expand_columns(struct gen_file *file, unsigned line, const struct gen_row *row,
				  struct str alias, struct str overrides)
{
	struct strbuf out = strbuf_new(file->arena);
	struct gen_columns *columns = arena_memdup(file->arena, &row->columns, sizeof row->columns);

	while (overrides.len > 0)
		if (!parse_override(file, line, columns, gen_take_item(&overrides)))
			return NULL;
	for (size_t i = 0; i < columns->n; i++) {
		const struct gen_column *c = &columns->items[i];

		strbuf_add_c(&out, i ? ", " : "");
		if (c->expression)
			strbuf_printf(&out, "%s AS %s", c->expression, c->name);
		else if (alias.len > 0)
			strbuf_printf(&out, STR_FMT ".%s", STR_ARG(alias), c->name);
		else
			strbuf_add_c(&out, c->name);
	}
	return out.ptr;
}

static const struct gen_column *find_row_arg(const struct gen_query *q, const struct gen_row *row)
{
	for (size_t i = 0; i < q->args.n; i++)
		if (q->args.items[i].row == row)
			return &q->args.items[i];
	return NULL;
}

/* {row.columns}, {row.values}, {row.set}: what an INSERT or an UPDATE writes of the row. */
static const char *expand_write(struct gen_file *file, const struct gen_query *q, unsigned line,
				const struct gen_row *row, struct str what)
{
	const struct gen_column *arg = find_row_arg(q, row);
	bool is_set = str_eq_c(what, "set"), has_names = !str_eq_c(what, "values");
	struct strbuf out = strbuf_new(file->arena);

	if (!arg) {
		gen_error(file, line, "'%s' has no argument that is the row: -- args: %s {%s}",
			  q->name, row->name, row->name);
		return NULL;
	}
	for (size_t i = 0; i < row->columns.n; i++) {
		const struct gen_column *c = &row->columns.items[i];

		if (!(c->write & (is_set ? GEN_IN_UPDATE : GEN_IN_INSERT)))
			continue;
		strbuf_add_c(&out, out.len ? ", " : "");
		strbuf_printf(&out, "%s%s", has_names ? c->name : "", is_set ? " = " : "");
		if (is_set || !has_names)
			strbuf_printf(&out, ":%s.%s", arg->name, c->name);
	}
	if (out.len == 0)
		gen_error(file, line, "no column of row '%s' is marked for this", row->name);
	return out.len ? out.ptr : NULL;
}

const char *gen_expand(struct gen_file *file, struct gen_query *query, unsigned line,
		       struct str text)
{
	struct str rest = text;
	struct str head = gen_take_item(&rest);
	struct str second = head;
	struct str first = str_take_until(&second, '.');
	const struct gen_row *row;

	if (is_reserved(second) && rest.len == 0) {
		row = gen_find_row(file, first);
		if (row)
			return expand_write(file, query, line, row, second);
	}
	row = gen_find_row(file, second.len > 0 ? second : first);
	if (row)
		return expand_columns(file, line, row, second.len > 0 ? first : (struct str){},
				      rest);
	gen_error(file, line, "{" STR_FMT "} names no row that is listed above", STR_ARG(text));
	return NULL;
}
