#pragma once

/*
 * aegis-sqlgen: queries.sql in, queries.h and queries.c out; and migration files
 * in, C tables out.  Everything lives in one arena until the program ends.
 * Faults in the input are reported as file:line: message; all of a file's are
 * reported in one run.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "db/query.h"

#define GEN_MAX_ARGS	32
#define GEN_MAX_COLUMNS 64
#define GEN_MAX_QUERIES 512
#define GEN_MAX_TOKENS	4096
/* Up to this many arguments are positional. */
#define GEN_POSITIONAL 3

struct gen_column {
	const char *name;
	enum db_type type;
	bool is_nullable;
};

struct gen_columns {
	struct gen_column items[GEN_MAX_COLUMNS];
	size_t n;
};

struct gen_row {
	const char *name;
	struct gen_columns columns;
};

enum gen_token_kind { GEN_WORD, GEN_QUOTED, GEN_STRING, GEN_NUMBER, GEN_PARAM, GEN_OP };

struct gen_token {
	enum gen_token_kind kind;
	struct str text; /* GEN_PARAM: without the colon */
	bool is_spaced;	 /* white space stands before it */
	unsigned line;
};

struct gen_query {
	const char *name;
	unsigned line;
	enum db_rows rows;
	enum db_scope scope;
	bool is_read, says_read, is_hot, has_scope;
	struct gen_columns args;
	struct gen_row *row;
	const char *doc; /* the comment above it, "" when there is none */
	struct gen_token *tokens;
	size_t n_tokens;
	const char *sql; /* with $n */
};

struct gen_file {
	struct arena *arena;
	const char *path;  /* to open */
	const char *shown; /* in messages and generated code */
	const char *name;  /* catalogue */
	struct gen_query *queries;
	size_t n_queries;
	struct gen_row *rows[GEN_MAX_QUERIES];
	size_t n_rows;
	unsigned n_errors;
};

/* Reports one fault; the run will fail. */
void gen_error(struct gen_file *file, unsigned line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The whole file as text in the arena; exits with a message when it cannot be read. */
struct str gen_read(struct arena *arena, const char *path);

/* parse.c: fills file->queries from the text. */
void gen_parse(struct gen_file *file, struct str text);

/* columns.c: "id uuid, email text?" added to columns. */
void gen_parse_columns(struct gen_file *file, unsigned line, struct str list,
		       struct gen_columns *columns);
/* "member (id uuid, …)", or "member" alone when an earlier statement listed it. */
struct gen_row *gen_parse_row(struct gen_file *file, unsigned line, struct str text);
bool gen_is_identifier(struct str s);

/*
 * token.c: splits the body of query up to its semicolon.  Returns the text after
 * it; false when it does not end or has something that no statement may have.
 */
bool gen_tokenize(struct gen_file *file, struct gen_query *query, struct str *text, unsigned *line);
bool gen_is_word(const struct gen_token *token, const char *word);

/* lint.c: the rules of README.md; also finds out what kind of statement it is. */
void gen_lint(struct gen_file *file, struct gen_query *query);
/* Writes query->sql with :names as $n. */
void gen_bind(struct gen_file *file, struct gen_query *query);

/* emit_h.c, emit_c.c */
void gen_emit_header(const struct gen_file *file, struct strbuf *out);
void gen_emit_source(const struct gen_file *file, const struct db_migration_id *migrations,
		     size_t n_migrations, struct strbuf *out);
const char *gen_c_type(const struct gen_column *column);
const char *gen_type_name(enum db_type type); /* "DB_UUID" */
void gen_emit_string(struct strbuf *out, const char *text);
/* Does anything come back; are they rows? */
bool gen_has_result(const struct gen_query *query);
bool gen_has_rows(const struct gen_query *query);
/* Output parameters of its wrapper, or of the one that asks. */
void gen_emit_outputs(const struct gen_query *q, bool asks, struct strbuf *out, const char *before,
		      const char *after);

/* embed.c: the files of several services as one table of migrations. */
int gen_embed(int argc, char **argv);
/* Reads version, name and checksum of a file "…/0001_name.sql"; false with a message. */
bool gen_migration_id(struct arena *arena, const char *path, struct db_migration_id *id);

/* Writes text to path unless it holds that already, so that nothing rebuilds for nothing. */
int gen_write(const char *path, struct str text);
