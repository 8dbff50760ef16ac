/* The migration runner: order, checksums, locks, one transaction a file. */
#include "db/migrate.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "migrate_internal.h"

#define LOCK_ATTEMPTS 20
#define LOCK_PAUSE_MS 250

struct applied {
	int version;
	const char *checksum;
};

/* What one kind (common or own) of files looks like in the database. */
struct history {
	struct applied *items;
	size_t n;
	int last;
};

static const char *expand(struct migrator *m, const char *sql, const char *service)
{
	static const char *const marks[] = {"{schema}", "{svc}"};
	struct strbuf out = strbuf_new(m->arena);

	while (*sql) {
		bool is_mark = false;

		for (int i = 0; i < 2 && !is_mark; i++)
			if (strncmp(sql, marks[i], strlen(marks[i])) == 0) {
				strbuf_add_c(&out, service);
				sql += strlen(marks[i]);
				is_mark = true;
			}
		if (!is_mark)
			strbuf_add_char(&out, *sql++);
	}
	return out.len ? out.ptr : "";
}

static struct status load_history(struct migrator *m, const char *service, bool is_common,
				  struct history *history)
{
	const char *exists = "";
	PGresult *result;

	TRY(migrator_value(
		m, arena_printf(m->arena, "SELECT to_regclass('%s.schema_version')", service),
		&exists));
	*history = (struct history){};
	if (!exists[0])
		return OK;
	result = PQexec(m->pg, arena_printf(m->arena,
					    "SELECT version, checksum FROM %s.schema_version "
					    "WHERE is_common = %s ORDER BY version",
					    service, is_common ? "true" : "false"));
	if (PQresultStatus(result) != PGRES_TUPLES_OK) {
		fprintf(m->options->out, "%s: %s", service, PQerrorMessage(m->pg));
		PQclear(result);
		return FAIL(MIGRATION_FAILED);
	}
	history->n = (size_t)PQntuples(result);
	history->items = arena_array_of(m->arena, struct applied, history->n);
	for (size_t i = 0; i < history->n; i++)
		history->items[i] =
			(struct applied){(int)strtol(PQgetvalue(result, (int)i, 0), NULL, 10),
					 arena_strdup(m->arena, PQgetvalue(result, (int)i, 1))};
	history->last = history->n ? history->items[history->n - 1].version : 0;
	PQclear(result);
	return OK;
}

static const struct applied *find_applied(const struct history *history, int version)
{
	for (size_t i = 0; i < history->n; i++)
		if (history->items[i].version == version)
			return &history->items[i];
	return NULL;
}

static void pause_ms(long ms)
{
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

static const char *script_of(struct migrator *m, const char *service, bool is_common,
			     const struct db_migration *file)
{
	bool is_data = strncmp(file->sql, "-- runs-as: migrator\n", 21) == 0;

	return arena_printf(m->arena,
			    "BEGIN; SET LOCAL lock_timeout = '2s'; SET LOCAL search_path = %s; "
			    "SET LOCAL ROLE %s;\n%s\n;RESET ROLE;"
			    "INSERT INTO %s.schema_version (is_common, version, name, checksum) "
			    "VALUES (%s, %d, '%s', '%s'); COMMIT",
			    service, is_data ? "aegis_migrator" : "aegis_owner",
			    expand(m, file->sql, service), service, is_common ? "true" : "false",
			    file->version, file->name, file->checksum);
}

static struct status apply(struct migrator *m, const char *service, bool is_common,
			   const struct db_migration *file)
{
	const char *script = script_of(m, service, is_common, file);
	const char *what = arena_printf(m->arena, "%s %s", service, file->name);
	int attempts = m->options->lock_attempts ? m->options->lock_attempts : LOCK_ATTEMPTS;

	for (int i = 1;; i++) {
		bool is_locked = false;
		struct status st = migrator_try(m, what, script, &is_locked);

		if (is_ok(st)) {
			fprintf(m->options->out, "%s: applied\n", what);
			m->applied++;
			return OK;
		}
		TRY(migrator_exec(m, "ROLLBACK"));
		if (!is_locked || i == attempts) {
			if (is_locked)
				fprintf(m->options->out, "%s: no lock after %d attempts\n", what,
					i);
			return st;
		}
		pause_ms(LOCK_PAUSE_MS);
	}
}

static struct status check_applied(struct migrator *m, const char *service,
				   const struct applied *done, const struct db_migration *file)
{
	if (strcmp(done->checksum, file->checksum) == 0)
		return OK;
	fprintf(m->options->out, "%s %s: was edited after it was applied\n", service, file->name);
	return FAIL(MIGRATION_CHANGED);
}

static struct status run_files(struct migrator *m, const char *service, bool is_common,
			       const struct db_migration *files, size_t n)
{
	struct history history;

	TRY(load_history(m, service, is_common, &history));
	for (size_t i = 0; i < n; i++) {
		const struct applied *done = find_applied(&history, files[i].version);

		if (done) {
			TRY(check_applied(m, service, done, &files[i]));
			continue;
		}
		if (files[i].version < history.last) {
			fprintf(m->options->out, "%s %s: numbered below what is applied already\n",
				service, files[i].name);
			return FAIL(MIGRATION_ORDER);
		}
		if (m->options->dry_run) {
			fprintf(m->options->out, "%s %s: would be applied\n", service,
				files[i].name);
			m->pending++;
			continue;
		}
		TRY(apply(m, service, is_common, &files[i]));
	}
	return OK;
}

/* The schema and its record; the owner makes both. */
static struct status ensure_schema(struct migrator *m, const struct db_migration_set *set)
{
	const char **logins = migrator_logins(m, set);
	struct strbuf list = strbuf_new(m->arena);

	for (size_t i = 0; logins[i]; i++)
		strbuf_printf(&list, "%s'%s'", i ? ", " : "", logins[i]);
	return migrator_exec(
		m, arena_printf(m->arena,
				"BEGIN; SET LOCAL ROLE aegis_owner; "
				"SELECT aegis.ensure_schema('%s', ARRAY[%s]::name[]); COMMIT",
				set->service, list.ptr));
}

static struct status migrate_all(struct migrator *m)
{
	for (size_t i = 0; i < m->n_sets; i++) {
		const struct db_migration_set *set = &m->sets[i];

		if (!m->options->dry_run)
			TRY(ensure_schema(m, set));
		TRY(run_files(m, set->service, true, m->common, m->n_common));
		TRY(run_files(m, set->service, false, set->files, set->n));
	}
	return OK;
}

/* Superusers make the roles, then step down; others must be the migrator already. */
static struct status prepare_session(struct migrator *m)
{
	const char *is_super = "", *is_member = "";

	TRY(migrator_value(m, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user",
			   &is_super));
	if (is_super[0] == 't') {
		if (!m->options->dry_run)
			TRY(migrator_make_roles(m));
	} else {
		TRY(migrator_value(
			m,
			"SELECT pg_has_role(oid, 'MEMBER') FROM pg_roles WHERE rolname = "
			"'aegis_owner'",
			&is_member));
		if (is_member[0] != 't') {
			fprintf(m->options->out,
				"the roles are missing: run once as a superuser\n");
			return FAIL(NOT_BOOTSTRAPPED);
		}
	}
	if (is_super[0] == 't' && !m->options->dry_run)
		TRY(migrator_exec(m, "SET SESSION AUTHORIZATION aegis_migrator"));
	return OK;
}

static struct status migrate(struct migrator *m)
{
	TRY(migrator_connect(m));
	if (!m->options->dry_run)
		TRY(migrator_exec(m, "SELECT pg_advisory_lock(" DB_MIGRATE_LOCK ")"));
	TRY(prepare_session(m));
	return migrate_all(m);
}

struct status db_migrate(const struct db_migrate_options *options, struct db_migrate_report *report)
{
	struct arena *arena = arena_new((size_t)64 << 20);
	struct migrator m = {
		.options = options,
		.arena = arena,
		.common = options->common ? options->common : db_common_migrations,
		.n_common = options->common ? options->n_common : db_n_common_migrations,
		.sets = options->sets ? options->sets : db_migration_sets,
		.n_sets = options->sets ? options->n_sets : db_n_migration_sets,
	};
	struct status st = migrate(&m);

	PQfinish(m.pg);
	arena_free(&arena);
	if (is_ok(st))
		*report = (struct db_migrate_report){m.applied, m.pending};
	return st;
}
