/* The migration runner's connection: blocking, one statement or script at a time. */
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "migrate_internal.h"

static struct status say_error(struct migrator *m, const char *what, const char *text)
{
	fprintf(m->options->out, "%s: %s%s", what, text,
		str_has_suffix(str_of(text), "\n") ? "" : "\n");
	return FAIL(MIGRATION_FAILED);
}

/* Peer authentication looks at the effective user at connect time. */
static struct status become(struct migrator *m, const char *user)
{
	const struct passwd *entry = getpwnam(user);

	if (!entry) {
		(void)say_error(m, user, "no such system user");
		return FAIL(NO_SUCH_USER);
	}
	if (seteuid(entry->pw_uid) < 0) {
		(void)say_error(m, user, "cannot act as this user: run as root");
		return FAIL(NO_SUCH_USER);
	}
	return OK;
}

static void ignore_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

struct status migrator_connect(struct migrator *m)
{
	const struct db_migrate_options *options = m->options;
	const char *keys[] = {"dbname",	 "application_name", "client_encoding",
			      "options", "connect_timeout",  NULL};
	const char *values[] = {options->conninfo,
				"aegisctl migrate",
				"UTF8",
				"-c statement_timeout=600000 -c search_path=pg_catalog",
				"10",
				NULL};
	uid_t self = geteuid();

	if (options->peer_user)
		TRY(become(m, options->peer_user));
	m->pg = PQconnectdbParams(keys, values, 1);
	if (options->peer_user && seteuid(self) < 0)
		return FAIL(SETEUID);
	if (PQstatus(m->pg) != CONNECTION_OK) {
		(void)say_error(m, "connect", PQerrorMessage(m->pg));
		return FAIL(DATABASE_UNAVAILABLE);
	}
	PQsetNoticeReceiver(m->pg, ignore_notice, NULL);
	return OK;
}

struct status migrator_try(struct migrator *m, const char *what, const char *sql, bool *is_locked)
{
	PGresult *result = PQexec(m->pg, sql);
	ExecStatusType kind = PQresultStatus(result);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	struct status st = OK;

	if (kind != PGRES_COMMAND_OK && kind != PGRES_TUPLES_OK && kind != PGRES_EMPTY_QUERY) {
		*is_locked = state && (strcmp(state, "55P03") == 0 || strcmp(state, "40P01") == 0);
		st = *is_locked ? FAIL(LOCK_NOT_AVAILABLE)
				: say_error(m, what, PQerrorMessage(m->pg));
	}
	PQclear(result);
	return st;
}

struct status migrator_exec(struct migrator *m, const char *sql)
{
	bool is_locked = false;
	struct status st = migrator_try(m, "database", sql, &is_locked);

	if (is_locked)
		(void)say_error(m, "database", "a lock could not be had in time");
	return st;
}

struct status migrator_value(struct migrator *m, const char *sql, const char **value)
{
	PGresult *result = PQexec(m->pg, sql);
	struct status st = OK;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		st = say_error(m, "database", PQerrorMessage(m->pg));
	else
		*value = arena_strdup(m->arena, PQntuples(result) ? PQgetvalue(result, 0, 0) : "");
	PQclear(result);
	return st;
}
