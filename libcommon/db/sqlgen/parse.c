/* queries.sql from its outside: names, directives, and where statements begin. */
#include "gen.h"

struct reader {
	struct gen_file *file;
	struct str rest;
	unsigned line; /* of the first line in rest */
};

static struct str peek_line(const struct reader *r)
{
	struct str rest = r->rest;

	return str_take_until(&rest, '\n');
}

static void next_line(struct reader *r)
{
	(void)str_take_until(&r->rest, '\n');
	r->line++;
}

static bool is_comment(struct str line)
{
	return str_has_prefix(str_trim(line), "--");
}

/* The text of a comment line. */
static struct str comment_text(struct str line)
{
	line = str_trim(line);
	return str_trim((struct str){line.ptr + 2, line.len - 2});
}

static bool take_prefix(struct str *s, const char *prefix)
{
	if (!str_has_prefix(*s, prefix))
		return false;
	s->ptr += strlen(prefix);
	s->len -= strlen(prefix);
	*s = str_trim(*s);
	return true;
}

static bool is_open(struct str list)
{
	int depth = 0;

	for (size_t i = 0; i < list.len; i++)
		depth += (list.ptr[i] == '(') - (list.ptr[i] == ')');
	return depth > 0 || str_has_suffix(list, ",");
}

/*
 * A list goes on in the next comment line while a parenthesis is open or a comma stands last, or
 * when that line begins with what follows a list.
 */
static struct str continued(struct reader *r, struct str list)
{
	struct strbuf whole = strbuf_new(r->file->arena);

	strbuf_add_str(&whole, list);
	while (is_comment(peek_line(r)) &&
	       (is_open(strbuf_str(&whole)) ||
		str_has_prefix(comment_text(peek_line(r)), "without ("))) {
		strbuf_add_char(&whole, ' ');
		strbuf_add_str(&whole, comment_text(peek_line(r)));
		next_line(r);
	}
	return strbuf_str(&whole);
}

static void parse_name(struct gen_file *file, unsigned line, struct str text, struct gen_query *q)
{
	static const struct {
		const char *word;
		enum db_rows rows;
	} kinds[] = {{":one", DB_ROWS_ONE},
		     {":opt", DB_ROWS_OPT},
		     {":many", DB_ROWS_MANY},
		     {":exec", DB_ROWS_EXEC},
		     {":affected", DB_ROWS_AFFECTED}};
	struct str name = str_take_until(&text, ' ');
	bool is_known = false;

	text = str_trim(text);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (str_eq_c(text, kinds[i].word)) {
			q->rows = kinds[i].rows;
			is_known = true;
		}
	if (!gen_is_identifier(name))
		gen_error(file, line,
			  "a statement needs a lower-case name: -- name: user_by_id :opt");
	if (!is_known)
		gen_error(file, line, "'" STR_FMT "' must be :one, :opt, :many, :exec or :affected",
			  STR_ARG(name));
	for (size_t i = 0; i < file->n_queries; i++)
		if (str_eq_c(name, file->queries[i].name))
			gen_error(file, line,
				  "'" STR_FMT "' is already the name of the one in line %u",
				  STR_ARG(name), file->queries[i].line);
	q->name = str_dup(file->arena, name);
	q->line = line;
}

static void set_scope(struct gen_file *file, unsigned line, struct gen_query *q,
		      enum db_scope scope)
{
	if (q->has_scope)
		gen_error(file, line, "all-tenants and no-tenant exclude each other");
	q->has_scope = true;
	q->scope = scope;
}

/* A comment line between the name and the statement. */
static void parse_directive(struct reader *r, struct gen_query *q)
{
	unsigned line = r->line;
	struct str text = comment_text(peek_line(r));

	next_line(r);
	if (take_prefix(&text, "args:"))
		gen_parse_columns(r->file, line, continued(r, text), false, &q->args);
	else if (take_prefix(&text, "row:"))
		q->row = gen_parse_row(r->file, line, continued(r, text));
	else if (str_eq_c(text, "read"))
		q->says_read = true;
	else if (str_eq_c(text, "hot"))
		q->is_hot = true;
	else if (str_eq_c(text, "all-tenants"))
		set_scope(r->file, line, q, DB_SCOPE_ALL_TENANTS);
	else if (str_eq_c(text, "no-tenant"))
		set_scope(r->file, line, q, DB_SCOPE_NO_TENANT);
	else
		gen_error(r->file, line,
			  "'" STR_FMT
			  "' is none of args:, row:, read, hot, no-tenant, all-tenants; "
			  "comments go above the name",
			  STR_ARG(text));
}

/* Parameters of the generated functions have these names. */
static bool is_taken(const char *arg)
{
	static const char *const names[] = {"tx", "args",     "row",	"rows",
					    "n",  "affected", "instant"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(arg, names[i]) == 0)
			return true;
	return false;
}

static void check_args(struct gen_file *file, const struct gen_query *q)
{
	if (q->args.n > GEN_MAX_ARGS)
		gen_error(file, q->line, "'%s' has more than %d arguments", q->name, GEN_MAX_ARGS);
	for (size_t i = 0; i < q->args.n; i++) {
		if (strcmp(q->args.items[i].name, "tenant") == 0)
			gen_error(file, q->line,
				  "'%s': :tenant is bound by the transaction, not an argument",
				  q->name);
		if (is_taken(q->args.items[i].name))
			gen_error(file, q->line, "'%s': an argument cannot be called %s", q->name,
				  q->args.items[i].name);
	}
}

static void check_shape(struct gen_file *file, const struct gen_query *q)
{
	bool wants_row =
		q->rows == DB_ROWS_ONE || q->rows == DB_ROWS_OPT || q->rows == DB_ROWS_MANY;

	if (wants_row && !q->row)
		gen_error(file, q->line, "'%s' returns rows: it needs -- row:", q->name);
	if (!wants_row && q->row)
		gen_error(file, q->line, "'%s' returns no rows: it cannot have -- row:", q->name);
	check_args(file, q);
}

static void parse_query(struct reader *r, struct str title, const char *doc)
{
	struct gen_file *file = r->file;
	struct gen_query *q = &file->queries[file->n_queries];
	unsigned before = file->n_errors;

	*q = (struct gen_query){.doc = doc};
	parse_name(file, r->line, title, q);
	next_line(r);
	while (r->rest.len > 0 && is_comment(peek_line(r)))
		parse_directive(r, q);
	if (!gen_tokenize(file, q, &r->rest, &r->line))
		return;
	check_shape(file, q);
	gen_lint(file, q);
	if (file->n_errors == before)
		gen_bind(file, q);
	file->n_queries++;
}

/* After a broken statement: on to the next name. */
static void resume(struct reader *r)
{
	struct str text;

	for (; r->rest.len > 0; next_line(r)) {
		if (!is_comment(peek_line(r)))
			continue;
		text = comment_text(peek_line(r));
		if (take_prefix(&text, "name:"))
			return;
	}
}

/* A row that stands by itself, for all statements below it. */
static void parse_row(struct reader *r, struct str text)
{
	unsigned line = r->line;

	next_line(r);
	(void)gen_parse_row(r->file, line, continued(r, text));
}

void gen_parse(struct gen_file *file, struct str text)
{
	struct reader r = {file, text, 1};
	struct strbuf doc = strbuf_new(file->arena);

	file->queries = arena_array_of(file->arena, struct gen_query, GEN_MAX_QUERIES);
	while (r.rest.len > 0 && file->n_queries < GEN_MAX_QUERIES) {
		struct str line = peek_line(&r), comment;
		unsigned before = file->n_errors;

		if (str_trim(line).len == 0) {
			doc = strbuf_new(file->arena);
			next_line(&r);
			continue;
		}
		if (!is_comment(line)) {
			gen_error(file, r.line, "a statement without -- name: above it");
			next_line(&r);
			resume(&r);
			continue;
		}
		comment = comment_text(line);
		if (take_prefix(&comment, "row:")) {
			parse_row(&r, comment);
			doc = strbuf_new(file->arena);
			continue;
		}
		if (!take_prefix(&comment, "name:")) {
			strbuf_printf(&doc, "%s" STR_FMT, doc.len ? "\n" : "", STR_ARG(comment));
			next_line(&r);
			continue;
		}
		parse_query(&r, comment, doc.len ? doc.ptr : "");
		doc = strbuf_new(file->arena);
		if (file->n_errors > before)
			resume(&r);
	}
	if (file->n_queries == GEN_MAX_QUERIES)
		gen_error(file, r.line, "more than %d statements", GEN_MAX_QUERIES - 1);
}
