#pragma once

/*
 * One PostgreSQL connection, owned by one thread, in libpq's non-blocking
 * pipeline mode.  It reconnects by itself, with back-off; a role that could
 * evade row-level security is refused at every connect.
 */
#include <stddef.h>

#include "base/status.h"
#include "db/query.h"
#include "db/sqlstate.h"

struct db_conn;

struct db_config {
	const char *conninfo;	 /* "host=/run/x dbname=aegis"; role and password are apart */
	const char *role;	 /* "aegis_tenant" */
	const char *password;	 /* NULL: none is sent */
	const char *application; /* seen in pg_stat_activity: "tenant write 2" */
	const char *schema;	 /* becomes the search_path */
	const struct db_constraint_map *constraints; /* NULL: none */
	int connect_timeout_ms;			     /* 0: 5000 */
	bool is_operator;			     /* aegisctl and tests: any role is accepted */
};

/*
 * Copies what it is given; catalogues must outlive the connection.  No I/O.
 * Every statement of the catalogues is prepared at each connect.
 */
struct db_conn *db_conn_new(const struct db_config *config,
			    const struct db_catalogue *const *catalogues, size_t n);
void db_conn_free(struct db_conn **conn);

/*
 * Connects unless connected.  After a failure further tries within the back-off
 * (50 ms doubling to 2 s) fail at once without I/O.  Blocks at most the connect
 * timeout.
 *
 * UNAVAILABLE/DATABASE_UNAVAILABLE; FAILED_PRECONDITION/UNSAFE_ROLE (superuser,
 * BYPASSRLS, owner of a table, or with settings of its own); FAILED_PRECONDITION/STATEMENT_REFUSED
 * (the schema is not what the catalogue needs; the log names the statement).
 */
struct status db_conn_open(struct db_conn *conn);
bool db_conn_is_open(const struct db_conn *conn);

/*
 * The checks a daemon makes before it serves; the log says what is wrong.
 *
 * db_check_isolation: the role cannot evade row-level security, every table with
 * a tenant_id in its schema has FORCE, the canary row shows itself to its own
 * tenant only, and the role can make no large objects or temporary tables, run no
 * code, and connect to no other database.  FAILED_PRECONDITION/UNSAFE_ROLE,
 * /UNPROTECTED_TABLE, /CANARY_VISIBLE, /CANARY_MISSING, /ROLE_REACHES_TOO_FAR.
 *
 * db_check_migrations: the schema holds exactly the migrations of the catalogue,
 * or those and newer ones (a rolling upgrade).  FAILED_PRECONDITION/
 * MIGRATION_MISSING, /MIGRATION_CHANGED.
 */
struct status db_check_isolation(struct db_conn *conn);
struct status db_check_migrations(struct db_conn *conn, const struct db_catalogue *catalogue);

/*
 * The server's max_connections less its reserve and less what is in use, for the
 * budget that is printed at start.
 */
struct db_budget {
	int64_t max_connections;
	int64_t reserved;
	int64_t in_use;
};
struct status db_conn_budget(struct db_conn *conn, struct db_budget *out);
