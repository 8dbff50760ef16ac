/* Writes queries.c: the catalogue and the typed functions around db_fetch and db_execute. */
#include <ctype.h>
#include <string.h>

#include "gen.h"

void gen_emit_string(struct strbuf *out, const char *text)
{
	strbuf_add_char(out, '"');
	for (const char *c = text; *c; c++) {
		if (*c == '\n')
			strbuf_add_c(out, "\\n\"\n\t\"");
		else if (*c == '"' || *c == '\\')
			strbuf_printf(out, "\\%c", *c);
		else if (*c == '?')
			strbuf_add_c(out, "\\?");
		else if (isprint((unsigned char)*c))
			strbuf_add_char(out, *c);
		else
			strbuf_printf(out, "\\%03o", (unsigned char)*c);
	}
	strbuf_add_char(out, '"');
}

static void emit_columns(struct strbuf *out, const char *table, const char *name,
			 const char *structure, const struct gen_columns *columns)
{
	if (columns->n == 0)
		return;
	strbuf_printf(out, "\nstatic const struct db_column %s_%s[] = {\n", table, name);
	for (size_t i = 0; i < columns->n; i++)
		strbuf_printf(out, "\t{\"%s\", %s, %s, offsetof(struct q_%s_%s, %s)},\n",
			      columns->items[i].name, gen_type_name(columns->items[i].type),
			      columns->items[i].is_nullable ? "true" : "false", name, structure,
			      columns->items[i].name);
	strbuf_add_c(out, "};\n");
}

/* Positional arguments have their struct here; the others have it in the header. */
static void emit_args(struct strbuf *out, const struct gen_query *q)
{
	if (q->args.n > 0 && q->args.n <= GEN_POSITIONAL) {
		strbuf_printf(out, "\nstruct q_%s_args {\n", q->name);
		for (size_t i = 0; i < q->args.n; i++)
			gen_emit_member(out, &q->args.items[i]);
		strbuf_add_c(out, "};\n");
	}
	emit_columns(out, "args", q->name, "args", &q->bound);
}

static const char *rows_name(enum db_rows rows)
{
	static const char *const names[] = {"DB_ROWS_ONE", "DB_ROWS_OPT", "DB_ROWS_MANY",
					    "DB_ROWS_EXEC", "DB_ROWS_AFFECTED"};
	return names[rows];
}

static const char *scope_name(enum db_scope scope)
{
	static const char *const names[] = {"DB_SCOPE_TENANT", "DB_SCOPE_NO_TENANT",
					    "DB_SCOPE_ALL_TENANTS"};
	return names[scope];
}

static void emit_entry(const struct gen_file *file, const struct gen_query *q, struct strbuf *out)
{
	strbuf_printf(out, "\t{\n\t\t.name = \"%s\",\n\t\t.statement = \"%s.%s\",\n", q->name,
		      file->name, q->name);
	strbuf_printf(out, "\t\t.origin = \"%s:%u\",\n\t\t.sql = ", file->shown, q->line);
	gen_emit_string(out, q->sql);
	strbuf_printf(out, ",\n\t\t.rows = %s,\n\t\t.scope = %s,\n", rows_name(q->rows),
		      scope_name(q->scope));
	strbuf_printf(out, "\t\t.is_read = %s,\n\t\t.is_hot = %s,\n", q->is_read ? "true" : "false",
		      q->is_hot ? "true" : "false");
	if (q->bound.n > 0)
		strbuf_printf(out, "\t\t.args = args_%s,\n\t\t.n_args = %zu,\n", q->name,
			      q->bound.n);
	if (q->row)
		strbuf_printf(out,
			      "\t\t.columns = columns_%s,\n\t\t.n_columns = %zu,\n"
			      "\t\t.row_size = sizeof(struct q_%s_row),\n",
			      q->row->name, q->row->columns.n, q->row->name);
	strbuf_add_c(out, "\t},\n");
}

/* The head of a wrapper, and for positional arguments the struct made of them. */
static const char *emit_head(const struct gen_query *q, struct strbuf *out, const char *suffix)
{
	bool is_named = q->args.n > GEN_POSITIONAL;

	strbuf_printf(out, "\nstruct status q_%s%s%s(struct tx *tx", q->name, suffix,
		      is_named ? "_with" : "");
	for (size_t i = 0; i < q->args.n && !is_named; i++) {
		strbuf_add_c(out, ", ");
		gen_emit_variable(out, &q->args.items[i]);
	}
	gen_emit_outputs(q, strcmp(suffix, "_ask") == 0, out, ", ", "");
	if (is_named)
		strbuf_printf(out, ", const struct q_%s_args *args", q->name);
	strbuf_add_c(out, ")\n{\n");
	if (is_named)
		return "args";
	if (q->args.n == 0)
		return "NULL";
	strbuf_printf(out, "\tconst struct q_%s_args args = {", q->name);
	for (size_t i = 0; i < q->args.n; i++)
		strbuf_printf(out, "%s.%s = %s", i ? ", " : "", q->args.items[i].name,
			      q->args.items[i].name);
	strbuf_add_c(out, "};\n");
	return "&args";
}

static void emit_exec(const struct gen_query *q, size_t index, struct strbuf *out)
{
	const char *args = emit_head(q, out, "");

	strbuf_printf(out, "\treturn db_execute(tx, &queries[%zu], %s, NULL);\n}\n", index, args);
	args = emit_head(q, out, "_later");
	strbuf_printf(out, "\treturn db_execute_later(tx, &queries[%zu], %s);\n}\n", index, args);
}

/* A question is known by its statement's name: another one's rows cannot be taken from it. */
static void emit_ask(const struct gen_query *q, size_t index, struct strbuf *out)
{
	const char *args = emit_head(q, out, "_ask");
	bool is_many = q->rows == DB_ROWS_MANY;

	strbuf_printf(out,
		      "\tstruct db_asked *own;\n\n\tTRY(db_ask(tx, &queries[%zu], %s, &own));\n"
		      "\t*asked = (struct q_%s_asked *)own;\n\treturn OK;\n}\n",
		      index, args, q->name);
	strbuf_printf(out,
		      "\nstruct status q_%s_take(struct tx *tx, const struct q_%s_asked *asked",
		      q->name, q->name);
	gen_emit_outputs(q, false, out, ", ", ")\n{\n");
	strbuf_printf(out,
		      "\tvoid *found;\n\n"
		      "\tTRY(db_take(tx, (const struct db_asked *)asked, &found, %s));\n"
		      "\t*%s = found;\n\treturn OK;\n}\n",
		      is_many ? "n" : "NULL", is_many ? "rows" : "row");
}

static void emit_fetch(const struct gen_query *q, size_t index, struct strbuf *out)
{
	const char *args = emit_head(q, out, "");
	bool is_many = q->rows == DB_ROWS_MANY;

	strbuf_printf(out,
		      "\tvoid *found;\n\n\tTRY(db_fetch(tx, &queries[%zu], %s, &found, %s));\n"
		      "\t*%s = found;\n\treturn OK;\n}\n",
		      index, args, is_many ? "n" : "NULL", is_many ? "rows" : "row");
}

static void emit_function(const struct gen_query *q, size_t index, struct strbuf *out)
{
	if (q->rows == DB_ROWS_EXEC) {
		emit_exec(q, index, out);
	} else if (q->rows == DB_ROWS_AFFECTED) {
		const char *args = emit_head(q, out, "");

		strbuf_printf(out, "\treturn db_execute(tx, &queries[%zu], %s, affected);\n}\n",
			      index, args);
	} else {
		emit_fetch(q, index, out);
		emit_ask(q, index, out);
	}
}

static void emit_migrations(const struct db_migration_id *migrations, size_t n, struct strbuf *out)
{
	if (n == 0)
		return;
	strbuf_add_c(out, "\nstatic const struct db_migration_id migrations[] = {\n");
	for (size_t i = 0; i < n; i++)
		strbuf_printf(out, "\t{%d, \"%s\", \"%s\"},\n", migrations[i].version,
			      migrations[i].name, migrations[i].checksum);
	strbuf_add_c(out, "};\n");
}

static bool row_is_first(const struct gen_file *file, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (file->queries[i].row == file->queries[index].row)
			return false;
	return true;
}

void gen_emit_source(const struct gen_file *file, const struct db_migration_id *migrations,
		     size_t n_migrations, struct strbuf *out)
{
	strbuf_printf(out, "/* Made by aegis-sqlgen from %s. */\n", file->shown);
	strbuf_printf(out, "#include \"%s/queries.h\"\n\n#include <stddef.h>\n", file->name);
	for (size_t i = 0; i < file->n_queries; i++) {
		emit_args(out, &file->queries[i]);
		if (file->queries[i].row && row_is_first(file, i))
			emit_columns(out, "columns", file->queries[i].row->name, "row",
				     &file->queries[i].row->columns);
	}
	if (file->n_queries > 0) {
		strbuf_add_c(out, "\nstatic const struct db_query queries[] = {\n");
		for (size_t i = 0; i < file->n_queries; i++)
			emit_entry(file, &file->queries[i], out);
		strbuf_add_c(out, "};\n");
	}
	for (size_t i = 0; i < file->n_queries; i++)
		emit_function(&file->queries[i], i, out);
	emit_migrations(migrations, n_migrations, out);
	strbuf_printf(out, "\nconst struct db_catalogue %s_queries = {\n\t.name = \"%s\",\n",
		      file->name, file->name);
	if (file->n_queries > 0)
		strbuf_printf(out, "\t.queries = queries,\n\t.n = %zu,\n", file->n_queries);
	if (n_migrations > 0)
		strbuf_printf(out, "\t.migrations = migrations,\n\t.n_migrations = %zu,\n",
			      n_migrations);
	strbuf_add_c(out, "};\n");
}
