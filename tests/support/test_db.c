#include "support/test_db.h"

#include <libpq-fe.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/instant.h"
#include "db/conn.h"

#define NAME_VARIABLE "AEGIS_TEST_DATABASE"

_Noreturn static void die(const char *what, const char *why)
{
	fprintf(stderr, "test database: %s: %s\n", what, why);
	abort();
}

/* A line of servers.env, in a buffer that lasts. */
static const char *setting(const char *key, char buf[256])
{
	FILE *in = fopen(AEGIS_TEST_SERVERS_ENV, "r");
	size_t len = strlen(key);
	char line[256];

	if (!in)
		die(AEGIS_TEST_SERVERS_ENV, "no servers: run ctest, or ctest -R servers_up first");
	buf[0] = 0;
	while (fgets(line, sizeof line, in))
		if (strncmp(line, key, len) == 0 && line[len] == '=') {
			line[strcspn(line, "\n")] = 0;
			strcpy(buf, line + len + 1);
		}
	fclose(in);
	if (!buf[0])
		die(key, "not in servers.env");
	return buf;
}

const char *test_pg_server(void)
{
	static char buf[256];

	return buf[0] ? buf : setting("AEGIS_TEST_PG", buf);
}

const char *test_redis_socket(void)
{
	static char buf[256];

	return buf[0] ? buf : setting("AEGIS_TEST_REDIS", buf);
}

const char *test_db_superuser(void)
{
	static char buf[512];
	const char *name = getenv(NAME_VARIABLE);

	if (!name)
		die(NAME_VARIABLE, "TEST_DATABASE is missing in this test binary");
	snprintf(buf, sizeof buf, "%s dbname=%s", test_pg_server(), name);
	return buf;
}

const char *test_db_conninfo(void)
{
	static char buf[512];
	char *user;

	snprintf(buf, sizeof buf, "%s", test_db_superuser());
	user = strstr(buf, "user=postgres ");
	if (user)
		memmove(user, user + strlen("user=postgres "),
			strlen(user + strlen("user=postgres ")) + 1);
	return buf;
}

static void ignore_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

static PGconn *connect_to(const char *conninfo)
{
	PGconn *pg = PQconnectdb(conninfo);

	if (PQstatus(pg) != CONNECTION_OK)
		die("connect", PQerrorMessage(pg));
	PQsetNoticeReceiver(pg, ignore_notice, NULL);
	return pg;
}

static bool try_exec(PGconn *pg, const char *sql, char state[6])
{
	PGresult *result = PQexec(pg, sql);
	bool is_ok = PQresultStatus(result) == PGRES_COMMAND_OK ||
		     PQresultStatus(result) == PGRES_TUPLES_OK;
	const char *found = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	snprintf(state, 6, "%s", found ? found : "");
	PQclear(result);
	return is_ok;
}

static pid_t owner;

/* Children of the owner, which inherit the handler, leave the database alone. */
static void drop_own(void)
{
	PGconn *pg;
	char sql[256], state[6];

	if (getpid() != owner)
		return;
	pg = connect_to(test_pg_server());
	snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS %s WITH (FORCE)", getenv(NAME_VARIABLE));
	if (!try_exec(pg, sql, state))
		die("drop", PQerrorMessage(pg));
	PQfinish(pg);
}

void test_db_begin(void)
{
	PGconn *pg = connect_to(test_pg_server());
	instant give_up = instant_monotonic() + SECONDS(30);
	char name[64], sql[256], template[256], state[6];

	snprintf(name, sizeof name, "aegis_test_%d", (int)getpid());
	snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS %s WITH (FORCE)", name);
	if (!try_exec(pg, sql, state))
		die("drop", PQerrorMessage(pg));
	snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE %s", name,
		 setting("AEGIS_TEST_TEMPLATE", template));
	/* 55006: another binary clones at this moment. */
	while (!try_exec(pg, sql, state))
		if (strcmp(state, "55006") != 0 || instant_monotonic() > give_up)
			die("clone", PQerrorMessage(pg));
	/* A clone has the contents of its template, but none of its rights. */
	snprintf(sql, sizeof sql, "REVOKE TEMPORARY ON DATABASE %s FROM PUBLIC", name);
	if (!try_exec(pg, sql, state))
		die("revoke", PQerrorMessage(pg));
	PQfinish(pg);
	setenv(NAME_VARIABLE, name, 1);
	owner = getpid();
	atexit(drop_own);
}

struct db_conn *test_conn_as(const char *role, const char *schema,
			     const struct db_catalogue *catalogue)
{
	struct db_config config = {.conninfo = test_db_conninfo(), .role = role, .schema = schema};
	struct db_conn *conn = db_conn_new(&config, &catalogue, catalogue ? 1 : 0);
	struct status st = db_conn_open(conn);

	if (is_failed(st))
		die(role, reason_name(st.reason));
	return conn;
}

struct db_conn *test_conn(const char *svc, const struct db_catalogue *catalogue)
{
	char role[64];

	snprintf(role, sizeof role, "aegis_%s", svc);
	return test_conn_as(role, svc, catalogue);
}

__attribute__((format(printf, 1, 0))) static const char *run(const char *fmt, va_list ap)
{
	static char value[4096];
	PGconn *pg = connect_to(test_db_superuser());
	char *sql;
	PGresult *result;

	if (vasprintf(&sql, fmt, ap) < 0)
		abort();
	result = PQexec(pg, sql);
	if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
		die(sql, PQerrorMessage(pg));
	snprintf(value, sizeof value, "%s", PQntuples(result) ? PQgetvalue(result, 0, 0) : "");
	PQclear(result);
	PQfinish(pg);
	free(sql);
	return value;
}

bool test_sql_is_refused(const char *sql)
{
	PGconn *pg = connect_to(test_db_superuser());
	PGresult *result = PQexec(pg, sql);
	bool refused = PQresultStatus(result) == PGRES_FATAL_ERROR;

	PQclear(result);
	PQfinish(pg);
	return refused;
}

void test_sql(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)run(fmt, ap);
	va_end(ap);
}

const char *test_value(const char *fmt, ...)
{
	const char *value;
	va_list ap;

	va_start(ap, fmt);
	value = run(fmt, ap);
	va_end(ap);
	return value;
}

int64_t test_count(const char *fmt, ...)
{
	const char *value;
	va_list ap;
	int64_t n;

	va_start(ap, fmt);
	value = run(fmt, ap);
	va_end(ap);
	if (!str_to_i64(str_of(value), &n))
		die(fmt, "is not a number");
	return n;
}
