#pragma once

/*
 * What aegis-sqlgen writes down about the statements of a queries.sql, and the
 * functions its typed wrappers call.  Services use the wrappers (q_*) alone;
 * README.md explains the file format.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/status.h"
#include "base/str.h"
#include "base/uuid.h"

struct tx;

/*
 * Arrays: {} is the empty list, or SQL NULL where the column is nullable.  Only
 * bytes may be NULL inside (.ptr NULL).
 */
struct text_list {
	const char *const *items;
	size_t n;
};
struct uuid_list {
	const struct uuid *items;
	size_t n;
};
struct int8_list {
	const int64_t *items;
	size_t n;
};
struct instant_list {
	const instant *items;
	size_t n;
};
struct bytes_list {
	const struct str *items;
	size_t n;
};

/* Types of arguments and columns; the C type stands beside each. */
enum db_type {
	DB_UUID,    /* struct uuid;              nullable: const struct uuid * */
	DB_TEXT,    /* const char *, never NULL; nullable: may be NULL */
	DB_INT4,    /* int32_t;                  nullable: const int32_t * */
	DB_INT8,    /* int64_t;                  nullable: const int64_t * */
	DB_BOOL,    /* bool;                     nullable: const bool * */
	DB_INSTANT, /* instant (timestamptz);    nullable: const instant * */
	DB_DATE,    /* date_days (date);         nullable: const date_days * */
	DB_BYTES,   /* struct str (bytea);       nullable: ptr NULL is SQL NULL */
	DB_JSON,    /* struct str (json, jsonb); nullable: ptr NULL is SQL NULL */
	/* Lists; nullable: items NULL is SQL NULL */
	DB_TEXT_LIST,	 /* struct text_list */
	DB_UUID_LIST,	 /* struct uuid_list */
	DB_INT8_LIST,	 /* struct int8_list */
	DB_INSTANT_LIST, /* struct instant_list */
	DB_BYTES_LIST,	 /* struct bytes_list */
};

/* An argument in the argument struct, or a column in the row struct. */
struct db_column {
	const char *name;
	enum db_type type;
	bool is_nullable;
	size_t offset;
};

enum db_rows {
	DB_ROWS_ONE,	  /* exactly one row, else INTERNAL/NO_ROW */
	DB_ROWS_OPT,	  /* none or one */
	DB_ROWS_MANY,	  /* any number, as an array */
	DB_ROWS_EXEC,	  /* nothing comes back */
	DB_ROWS_AFFECTED, /* the number of rows written */
};

enum db_scope {
	DB_SCOPE_TENANT,      /* $1 is the transaction's tenant */
	DB_SCOPE_NO_TENANT,   /* reference, platform or global tables, or no table */
	DB_SCOPE_ALL_TENANTS, /* tenant tables across tenants: relay and keeper roles only */
};

struct db_query {
	const char *name;      /* "member_by_email" */
	const char *statement; /* its name on the server: "tenant.member_by_email" */
	const char *origin;    /* "services/tenant/sql/queries.sql:12" */
	const char *sql;       /* with $1 …; :tenant is $1 when the scope is TENANT */
	enum db_rows rows;
	enum db_scope scope;
	bool is_read; /* a SELECT that locks nothing: allowed in ONE and READ */
	bool is_hot;  /* a test refuses a plan with a sequential scan */
	const struct db_column *args;
	size_t n_args;
	const struct db_column *columns;
	size_t n_columns;
	size_t row_size;
};

/* A migration file as a daemon or the tests know it. */
struct db_migration_id {
	int version;
	const char *name; /* "0001_members.sql" */
	const char *checksum;
};

/* All statements of one queries.sql: <name>_queries in the generated file. */
struct db_catalogue {
	const char *name;
	const struct db_query *queries;
	size_t n;
	const struct db_migration_id *migrations; /* the files beside queries.sql */
	size_t n_migrations;
};

/*
 * Runs a statement that returns rows (ONE, OPT, MANY) and waits for them.  args
 * points at the argument struct, NULL when there are none.  *rows is the row,
 * NULL for an OPT without one, or the array of *n (MANY; n is NULL otherwise);
 * all in the transaction's arena.
 *
 * INTERNAL/NO_ROW, INTERNAL/TOO_MANY_ROWS, INTERNAL/ROW_SHAPE (the table is not
 * what queries.sql says), INTERNAL/NULL_ARGUMENT, INTERNAL/TX_MISUSE (a write in
 * READ, a second statement in ONE, tenant tables without a tenant), and whatever
 * db/sqlstate.h makes of the server's answer.  After a failure every further
 * statement of the transaction returns the same status.
 */
struct status db_fetch(struct tx *tx, const struct db_query *query, const void *args, void **rows,
		       size_t *n);

/* As db_fetch for EXEC and AFFECTED; affected may be NULL. */
struct status db_execute(struct tx *tx, const struct db_query *query, const void *args,
			 int64_t *affected);

/*
 * Queues an EXEC statement without waiting: it leaves with the next statement
 * or with COMMIT.  Its arguments are copied; its error fails what follows it, at
 * the latest the commit.  WRITE transactions only.
 */
struct status db_execute_later(struct tx *tx, const struct db_query *query, const void *args);

/*
 * Queues a statement that returns rows (ONE, OPT, MANY) without waiting, so that
 * several leave in one flush: each still sees what was committed before it ran
 * itself.  *asked lives in the transaction's arena.  Not in ONE transactions
 * (INTERNAL/TX_MISUSE).  What was asked and never taken is only waited for.
 */
struct db_asked;
struct status db_ask(struct tx *tx, const struct db_query *query, const void *args,
		     struct db_asked **asked);

/*
 * The rows of a question of this transaction, as db_fetch gives them.  Sends what
 * is queued and waits when they have not come with another statement's; may be
 * repeated.  When something queued before it failed, that status.
 */
struct status db_take(struct tx *tx, const struct db_asked *asked, void **rows, size_t *n);

/*
 * For the generated macros with named arguments: each argument must be one
 * designated initialiser of the struct by itself.  The macro's own number of
 * parameters catches a forgotten one, -Woverride-init a doubled one.
 */
#define DB_ARG_CHECK(type, arg) ((void)sizeof((type){arg}))

/* gcc then refuses an initialiser without its name. */
#ifdef __clang__
#define DB_NAMED_ARGS
#else
#define DB_NAMED_ARGS __attribute__((designated_init))
#endif
