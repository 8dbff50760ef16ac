/* Parameters: each :name of a statement as $n, rows by their columns. */
#include "gen.h"

/* The place of a name among what the statement takes; bound.n when it is not there. */
static size_t find_bound(struct gen_query *q, struct str name)
{
	struct gen_column *column = gen_find_column(&q->bound, name);

	return column ? (size_t)(column - q->bound.items) : q->bound.n;
}

/* "program.name": the column joins what the statement takes when it is first named. */
static size_t find_in_row(struct gen_file *file, struct gen_query *q, struct str name)
{
	struct str column = name;
	struct str arg_name = str_take_until(&column, '.');
	struct gen_column *arg = gen_find_column(&q->args, arg_name), *found = NULL, added;

	if (arg && arg->row)
		found = gen_find_column(&((struct gen_row *)arg->row)->columns, column);
	if (!found || q->bound.n == GEN_MAX_COLUMNS)
		return q->bound.n;
	added = *found;
	added.name = str_dup(file->arena, name);
	q->bound.items[q->bound.n] = added;
	return q->bound.n++;
}

static void check_used(struct gen_file *file, const struct gen_query *q, const bool *is_used)
{
	for (size_t i = 0; i < q->args.n; i++) {
		const struct gen_column *arg = &q->args.items[i];
		bool is_named = false;

		for (size_t j = 0; j < q->bound.n; j++) {
			struct str rest = str_of(q->bound.items[j].name);

			if (is_used[j] && str_eq_c(str_take_until(&rest, '.'), arg->name))
				is_named = true;
		}
		if (!is_named)
			gen_error(file, q->line, "'%s' never uses :%s", q->name, arg->name);
	}
	if (q->bound.n > GEN_MAX_ARGS)
		gen_error(file, q->line, "'%s' takes more than %d values", q->name, GEN_MAX_ARGS);
}

void gen_bind(struct gen_file *file, struct gen_query *q)
{
	struct strbuf sql = strbuf_new(file->arena);
	bool is_used[GEN_MAX_COLUMNS] = {};

	for (size_t i = 0; i < q->args.n; i++)
		if (!q->args.items[i].row)
			q->bound.items[q->bound.n++] = q->args.items[i];
	for (size_t i = 0; i < q->n_tokens; i++) {
		const struct gen_token *t = &q->tokens[i];
		size_t at;

		if (t->is_spaced && i > 0)
			strbuf_add_char(&sql, ' ');
		if (t->kind != GEN_PARAM) {
			strbuf_add_str(&sql, t->text);
			continue;
		}
		if (str_eq_c(t->text, "tenant")) {
			strbuf_add_c(&sql, "$1");
			continue;
		}
		at = find_bound(q, t->text);
		if (at == q->bound.n)
			at = find_in_row(file, q, t->text);
		if (at == q->bound.n)
			gen_error(file, t->line,
				  "':" STR_FMT "' is not in args:", STR_ARG(t->text));
		else
			is_used[at] = true;
		strbuf_printf(&sql, "$%zu", at + 1 + (q->scope == DB_SCOPE_TENANT));
	}
	check_used(file, q, is_used);
	q->sql = sql.ptr;
}
