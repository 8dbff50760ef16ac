/* Writes queries.h: row structs, argument structs, prototypes, macros with named arguments. */
#include <string.h>

#include "gen.h"

bool gen_has_result(const struct gen_query *query)
{
	return query->rows != DB_ROWS_EXEC;
}

void gen_emit_member(struct strbuf *out, const struct gen_column *column)
{
	strbuf_add_char(out, '\t');
	gen_emit_variable(out, column);
	strbuf_add_c(out, ";\n");
}

static void emit_members(struct strbuf *out, const struct gen_columns *columns)
{
	for (size_t i = 0; i < columns->n; i++)
		gen_emit_member(out, &columns->items[i]);
}

static void emit_rows(const struct gen_file *file, struct strbuf *out)
{
	for (size_t i = 0; i < file->n_rows; i++) {
		strbuf_printf(out, "\nstruct q_%s_row {\n", file->rows[i]->name);
		emit_members(out, &file->rows[i]->columns);
		strbuf_add_c(out, "};\n");
	}
}

/* The comment above a prototype; a closing mark inside it is taken apart. */
static void emit_doc(const struct gen_file *file, const struct gen_query *q, struct strbuf *out)
{
	strbuf_printf(out, "\n/*\n * %s:%u\n", file->shown, q->line);
	if (q->doc[0]) {
		strbuf_add_c(out, " * ");
		for (const char *c = q->doc; *c; c++) {
			strbuf_add_char(out, *c);
			if (*c == '\n')
				strbuf_add_c(out, " * ");
			else if (*c == '*' && c[1] == '/')
				strbuf_add_char(out, ' ');
		}
		strbuf_add_char(out, '\n');
	}
	strbuf_add_c(out, " */\n");
}

bool gen_has_rows(const struct gen_query *query)
{
	return query->rows != DB_ROWS_EXEC && query->rows != DB_ROWS_AFFECTED;
}

/* "struct q_member_row **row" and the like, with a separator before or after it. */
void gen_emit_outputs(const struct gen_query *q, bool asks, struct strbuf *out, const char *before,
		      const char *after)
{
	if (!gen_has_result(q))
		return;
	strbuf_add_c(out, before);
	if (asks)
		strbuf_printf(out, "struct q_%s_asked **asked", q->name);
	else if (q->rows == DB_ROWS_AFFECTED)
		strbuf_add_c(out, "int64_t *affected");
	else if (q->rows == DB_ROWS_MANY)
		strbuf_printf(out, "struct q_%s_row **rows, size_t *n", q->row->name);
	else
		strbuf_printf(out, "struct q_%s_row **row", q->row->name);
	strbuf_add_c(out, after);
}

static bool is_ask(const char *suffix)
{
	return strcmp(suffix, "_ask") == 0;
}

static void emit_positional(const struct gen_query *q, struct strbuf *out, const char *suffix)
{
	strbuf_printf(out, "struct status q_%s%s(struct tx *tx", q->name, suffix);
	for (size_t i = 0; i < q->args.n; i++) {
		strbuf_add_c(out, ", ");
		gen_emit_variable(out, &q->args.items[i]);
	}
	gen_emit_outputs(q, is_ask(suffix), out, ", ", "");
	strbuf_add_c(out, ");\n");
}

/* The macro has as many parameters as there are arguments: a forgotten one does not compile. */
static void emit_macro(const struct gen_query *q, struct strbuf *out, const char *suffix)
{
	bool is_many = q->rows == DB_ROWS_MANY && !is_ask(suffix);

	strbuf_printf(out, "#define q_%s%s(tx_", q->name, suffix);
	if (is_many)
		strbuf_add_c(out, ", rows_, n_");
	else if (gen_has_result(q))
		strbuf_add_c(out, ", out_");
	for (size_t i = 0; i < q->args.n; i++)
		strbuf_printf(out, ", a%zu_", i + 1);
	strbuf_add_c(out, ") \\\n\t(");
	for (size_t i = 0; i < q->args.n; i++)
		strbuf_printf(out, "DB_ARG_CHECK(struct q_%s_args, a%zu_), \\\n\t ", q->name,
			      i + 1);
	strbuf_printf(out, "q_%s%s_with((tx_), ", q->name, suffix);
	if (is_many)
		strbuf_add_c(out, "(rows_), (n_), ");
	else if (gen_has_result(q))
		strbuf_add_c(out, "(out_), ");
	strbuf_printf(out, "&(const struct q_%s_args){", q->name);
	for (size_t i = 0; i < q->args.n; i++)
		strbuf_printf(out, "%sa%zu_", i ? ", " : "", i + 1);
	strbuf_add_c(out, "}))\n");
}

static void emit_named(const struct gen_query *q, struct strbuf *out, const char *suffix)
{
	strbuf_printf(out, "struct status q_%s%s_with(struct tx *tx, ", q->name, suffix);
	gen_emit_outputs(q, is_ask(suffix), out, "", ", ");
	strbuf_printf(out, "const struct q_%s_args *args);\n", q->name);
	emit_macro(q, out, suffix);
}

/* The statement waited for, queued without rows, or asked with its rows taken later. */
static void emit_forms(const struct gen_query *q, struct strbuf *out,
		       void (*emit)(const struct gen_query *, struct strbuf *, const char *))
{
	emit(q, out, "");
	if (q->rows == DB_ROWS_EXEC)
		emit(q, out, "_later");
	if (!gen_has_rows(q))
		return;
	strbuf_printf(out, "struct q_%s_asked;\n", q->name);
	emit(q, out, "_ask");
	strbuf_printf(out, "struct status q_%s_take(struct tx *tx, const struct q_%s_asked *asked",
		      q->name, q->name);
	gen_emit_outputs(q, false, out, ", ", ");\n");
}

static void emit_query(const struct gen_file *file, const struct gen_query *q, struct strbuf *out)
{
	emit_doc(file, q, out);
	if (q->args.n <= GEN_POSITIONAL) {
		emit_forms(q, out, emit_positional);
		return;
	}
	strbuf_printf(out, "struct DB_NAMED_ARGS q_%s_args {\n", q->name);
	emit_members(out, &q->args);
	strbuf_add_c(out, "};\n");
	emit_forms(q, out, emit_named);
}

void gen_emit_header(const struct gen_file *file, struct strbuf *out)
{
	strbuf_printf(out, "#pragma once\n\n/* Made by aegis-sqlgen from %s. */\n", file->shown);
	strbuf_add_c(out, "#include \"db/query.h\"\n#include \"db/tx.h\"\n");
	emit_rows(file, out);
	for (size_t i = 0; i < file->n_queries; i++)
		emit_query(file, &file->queries[i], out);
	strbuf_printf(out, "\nextern const struct db_catalogue %s_queries;\n", file->name);
}
