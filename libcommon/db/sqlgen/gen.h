#pragma once

/*
 * aegis-sqlgen: queries.sql in, queries.h and queries.c out, and fill.h and fill.c
 * for the rows that name a message of the contract; and migration files in, C
 * tables out.  Everything lives in one arena until the program ends.
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

struct pg_field;
struct pg_message;
struct pg_model;
struct gen_row;

/* What bytes become in a member that is text. */
enum gen_form { GEN_PLAIN, GEN_HEX, GEN_BASE64, GEN_BASE64URL };

/* Which statements write a column through {row.columns}, {row.values} and {row.set}. */
enum gen_write {
	GEN_IN_INSERT = 1,
	GEN_IN_UPDATE = 2,
	GEN_FROM_MEMBER = 4, /* with the member's value, not one of the handler's own */
};

struct gen_column {
	const char *name;
	enum db_type type;
	bool is_nullable;
	/* Of rows alone. */
	const char *expression; /* what is selected under the name; NULL: the column itself */
	const char *member;	/* of the message; "-": none has this value alone */
	enum gen_form form;
	unsigned write;		      /* enum gen_write; 0: read only */
	const struct pg_field *field; /* set by gen_match() */
	/* Of arguments alone: all columns of a row that the statement uses. */
	const struct gen_row *row;
};

struct gen_columns {
	struct gen_column items[GEN_MAX_COLUMNS];
	size_t n;
};

struct gen_row {
	const char *name;
	unsigned line;
	struct gen_columns columns;
	const char *message; /* "aegis.program.v1.Program", or NULL */
	const struct pg_message *found;
	const char *without[GEN_MAX_COLUMNS]; /* members that the handler fills, or nobody */
	size_t n_without;
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
	struct gen_columns args;  /* as they are listed, and as the C functions take them */
	struct gen_columns bound; /* as the statement takes them: rows by their columns */
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
	const struct pg_model *model; /* the contract; NULL: rows cannot name messages */
	unsigned n_errors;
};

/* Reports one fault; the run will fail. */
void gen_error(struct gen_file *file, unsigned line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The whole file as text in the arena; exits with a message when it cannot be read. */
struct str gen_read(struct arena *arena, const char *path);

/* parse.c: fills file->queries from the text. */
void gen_parse(struct gen_file *file, struct str text);

/* columns.c: "id uuid, email text?" added to columns; is_row allows what rows alone may say. */
void gen_parse_columns(struct gen_file *file, unsigned line, struct str list, bool is_row,
		       struct gen_columns *columns);
bool gen_is_identifier(struct str s);
bool gen_is_c_keyword(struct str s);
/* Cuts *list before its first comma outside parentheses and quotes. */
struct str gen_take_item(struct str *list);
/* The column of this name; NULL when there is none. */
struct gen_column *gen_find_column(struct gen_columns *columns, struct str name);

/*
 * rows.c: "member (id uuid, …)", "member = aegis.tenant.v1.User (…) without (…)", or "member"
 * alone when it is listed above.  NULL when it is not.
 */
struct gen_row *gen_parse_row(struct gen_file *file, unsigned line, struct str text);
struct gen_row *gen_find_row(const struct gen_file *file, struct str name);
/* The text that stands for {text} in a statement: README.md, "Rows".  NULL with a message. */
const char *gen_expand(struct gen_file *file, struct gen_query *query, unsigned line,
		       struct str text);

/*
 * token.c: splits the body of query up to its semicolon.  Returns the text after
 * it; false when it does not end or has something that no statement may have.
 */
bool gen_tokenize(struct gen_file *file, struct gen_query *query, struct str *text, unsigned *line);
bool gen_is_word(const struct gen_token *token, const char *word);

/* lint.c: the rules of README.md; also finds out what kind of statement it is. */
void gen_lint(struct gen_file *file, struct gen_query *query);
/* bind.c: writes query->sql with :names as $n, and query->bound. */
void gen_bind(struct gen_file *file, struct gen_query *query);

/* messages.c: the contract from what protoc wrote; exits with a message when it cannot be read. */
const struct pg_model *gen_read_model(struct arena *arena, const char *path);
/* match.c: finds the members of the rows' columns; reports what is forgotten on either side. */
void gen_match(struct gen_file *file);

/* emit_h.c, emit_c.c */
void gen_emit_header(const struct gen_file *file, struct strbuf *out);
void gen_emit_source(const struct gen_file *file, const struct db_migration_id *migrations,
		     size_t n_migrations, struct strbuf *out);
/* "int64_t version", as a member or a parameter is declared. */
void gen_emit_variable(struct strbuf *out, const struct gen_column *column);
void gen_emit_member(struct strbuf *out, const struct gen_column *column); /* a line of it */
const char *gen_type_name(enum db_type type);				   /* "DB_UUID" */
void gen_emit_string(struct strbuf *out, const char *text);
/* emit_fill.c, emit_take.c: rows as messages, and members as columns. */
void gen_emit_fill_header(const struct gen_file *file, struct strbuf *out);
void gen_emit_fill_source(const struct gen_file *file, struct strbuf *out);
bool gen_row_takes(const struct gen_row *row);
void gen_emit_take_head(const struct gen_row *row, struct strbuf *out);
void gen_emit_take(const struct gen_file *file, const struct gen_row *row, struct strbuf *out);
/* "PROGRAM__PROGRAM___CODE_BUDGET_CODE_BUDGET", the value of a oneof that has the field. */
char *gen_oneof_case(struct arena *arena, const struct gen_row *row, const struct pg_field *field);
const char *gen_oneof_name(const struct gen_row *row, const struct pg_field *field);
/* The member as protobuf-c spells it. */
const char *gen_member_name(struct arena *arena, const struct pg_field *field);
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
