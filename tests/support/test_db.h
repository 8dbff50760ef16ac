#pragma once

/*
 * A database of its own for every test binary: a clone of the migrated template
 * that the ctest fixture `servers` keeps (FIXTURES servers in aegis_test).  A
 * Criterion binary says TEST_DATABASE once; a plain program, or a hook that does
 * more, calls test_db_begin().  Each test makes tenants of its own, so that tests do not meet.
 */
#include <stdbool.h>
#include <stdint.h>

struct db_conn;
struct db_catalogue;

/*
 * Clones the template; the name reaches forked and spawned tests by the environment.
 * The clone is dropped when this process exits.
 */
void test_db_begin(void);

#define TEST_DATABASE                                                                              \
	ReportHook(PRE_ALL)(struct criterion_test_set * tests)                                     \
	{                                                                                          \
		(void)tests;                                                                       \
		test_db_begin();                                                                   \
	}

/* "host=… dbname=aegis_test_123", to which a role is added: what a daemon's `db` setting holds. */
const char *test_db_conninfo(void);
/* The same as superuser, whom row-level security does not bind. */
const char *test_db_superuser(void);
/* The server without a database: "host=… user=postgres". */
const char *test_pg_server(void);
/* The socket of Redis. */
const char *test_redis_socket(void);

/*
 * A connection as aegis_<svc> (or as the role named) with the catalogue prepared;
 * catalogue may be NULL.  Ends the test when it cannot be had.
 */
struct db_conn *test_conn(const char *svc, const struct db_catalogue *catalogue);
struct db_conn *test_conn_as(const char *role, const char *schema,
			     const struct db_catalogue *catalogue);

/* Runs SQL as superuser; ends the test when it fails. */
/* Does even the superuser get an error? */
bool test_sql_is_refused(const char *sql);
void test_sql(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The first value of the first row as a number, as superuser: test_count("SELECT count(*) …"). */
int64_t test_count(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* As text, in a buffer that lasts until the next call; "" for NULL or no row. */
const char *test_value(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
