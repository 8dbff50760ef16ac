/* The migration runner, on databases of its own; and what a daemon checks at start. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "db/schema.h"

TEST_DATABASE

/* Output of the last run, for tests that look at it. */
static char printed[4096];

struct run {
	struct db_migration *files;
	size_t n;
	const char *svc;
	bool dry;
	int attempts;
	const char *conninfo;
	const char *secrets;
};

static struct status run(const struct run *how, struct db_migrate_report *report)
{
	struct db_migration_set set = {how->svc, how->files, how->n, NULL};
	FILE *out = fmemopen(printed, sizeof printed, "w");
	struct db_migrate_options options = {
		.conninfo = how->conninfo ? how->conninfo : test_db_superuser(),
		.secrets_dir = how->secrets,
		.dry_run = how->dry,
		.out = out,
		.sets = &set,
		.n_sets = 1,
		.lock_attempts = how->attempts,
	};
	struct status st = db_migrate(&options, report);

	fclose(out);
	return st;
}

#define TABLE                                                                                      \
	"CREATE TABLE {schema}.thing (tenant_id uuid NOT NULL, id uuid NOT NULL, word text, "      \
	"PRIMARY KEY (tenant_id, id)); SELECT aegis.protect('{schema}.thing', 'SELECT, INSERT, "   \
	"UPDATE');"

Test(migrate, applies_once_and_then_has_nothing_to_do)
{
	struct db_migration files[] = {a_migration(1, "0001_thing.sql", TABLE)};
	struct run how = {files, 1, .svc = "mig_once"};
	struct db_migrate_report report;

	expect_ok(run(&how, &report));
	cr_expect_eq(report.applied, 5, "four shared files and one own");
	expect_ok(run(&how, &report));
	cr_expect_eq(report.applied, 0);
	cr_expect_str_eq(
		test_value("SELECT tableowner FROM pg_tables WHERE schemaname = 'mig_once' "
			   "AND tablename = 'thing'"),
		"aegis_owner");
}

Test(migrate, a_dry_run_changes_nothing)
{
	struct db_migration files[] = {a_migration(1, "0001_thing.sql", TABLE)};
	struct run how = {files, 1, .svc = "mig_dry", .dry = true};
	struct db_migrate_report report;

	expect_ok(run(&how, &report));
	cr_expect_eq(report.pending, 5);
	cr_expect(strstr(printed, "mig_dry 0001_thing.sql: would be applied"), "%s", printed);
	cr_expect_eq(test_count("SELECT count(*) FROM pg_namespace WHERE nspname = 'mig_dry'"), 0);
	cr_expect_eq(test_count("SELECT count(*) FROM pg_roles WHERE rolname = 'aegis_mig_dry'"),
		     0);
}

Test(migrate, an_edited_file_stops_everything)
{
	struct db_migration files[] = {a_migration(1, "0001_thing.sql", TABLE),
				       a_migration(2, "0002_more.sql", "SELECT 1")};
	struct run how = {files, 1, .svc = "mig_edit"};
	struct db_migrate_report report;

	expect_ok(run(&how, &report));
	files[0] = a_migration(1, "0001_thing.sql", TABLE " ");
	how.n = 2;
	expect_status(run(&how, &report), STATUS_FAILED_PRECONDITION, "MIGRATION_CHANGED");
	cr_expect_eq(test_count("SELECT count(*) FROM mig_edit.schema_version WHERE NOT is_common"),
		     1);
}

Test(migrate, a_number_below_the_applied_ones_is_refused)
{
	struct db_migration files[] = {a_migration(2, "0002_thing.sql", TABLE),
				       a_migration(3, "0003_more.sql", "SELECT 1")};
	struct run how = {files, 1, .svc = "mig_order"};
	struct db_migrate_report report;

	expect_ok(run(&how, &report));
	files[1] = files[0];
	files[0] = a_migration(1, "0001_late.sql", "SELECT 1");
	how.n = 2;
	expect_status(run(&how, &report), STATUS_FAILED_PRECONDITION, "MIGRATION_ORDER");
}

Test(migrate, a_failing_file_leaves_nothing_of_itself)
{
	struct db_migration files[] = {
		a_migration(1, "0001_bad.sql", "CREATE TABLE {schema}.half (n int); SELECT 1/0")};
	struct run how = {files, 1, .svc = "mig_fail"};
	struct db_migrate_report report;

	expect_status(run(&how, &report), STATUS_FAILED_PRECONDITION, "MIGRATION_FAILED");
	cr_expect(strstr(printed, "division by zero"), "%s", printed);
	cr_expect_eq(test_count("SELECT count(*) FROM pg_tables WHERE schemaname = 'mig_fail' AND "
				"tablename = 'half'"),
		     0);
}

Test(migrate, grants_that_pass_row_level_security_are_refused)
{
	struct db_migration files[] = {
		a_migration(1, "0001_bad.sql",
			    "CREATE TABLE {schema}.x (tenant_id uuid); "
			    "SELECT aegis.protect('{schema}.x', 'SELECT, TRUNCATE')")};
	struct run how = {files, 1, .svc = "mig_grant"};
	struct db_migrate_report report;

	expect_status(run(&how, &report), STATUS_FAILED_PRECONDITION, "MIGRATION_FAILED");
}

/* The step from one version to the next that issue 2 asks for: rows of all tenants, under FORCE. */
Test(migrate, a_data_step_rewrites_rows_of_every_tenant_under_forced_security)
{
	struct db_migration files[] = {
		a_migration(1, "0001_thing.sql", TABLE),
		a_migration(2, "0002_split.sql",
			    "ALTER TABLE {schema}.thing ADD COLUMN shout text"),
		a_migration(3, "0003_fill.sql",
			    "-- runs-as: migrator\n"
			    "UPDATE {schema}.thing SET shout = upper(word)"),
		a_migration(4, "0004_require.sql",
			    "ALTER TABLE {schema}.thing ALTER COLUMN shout SET NOT NULL"),
	};
	struct run how = {files, 1, .svc = "mig_data"};
	struct db_migrate_report report;

	expect_ok(run(&how, &report));
	test_sql("INSERT INTO mig_data.thing SELECT gen_random_uuid(), gen_random_uuid(), 'w' || g "
		 "FROM generate_series(1, 50) g");
	how.n = 4;
	expect_ok(run(&how, &report));
	cr_expect_eq(report.applied, 3);
	cr_expect_eq(test_count("SELECT count(*) FROM mig_data.thing WHERE shout = upper(word)"),
		     50);
	cr_expect_eq(test_count("SELECT count(DISTINCT tenant_id) FROM mig_data.thing"), 50);
}

/* A service as it is, with the version that comes after it. */
static struct db_migration_set next_version_of(const struct db_migration_set *set)
{
	static struct db_migration files[64];

	cr_assert_lt(set->n, sizeof files / sizeof files[0]);
	memcpy(files, set->files, set->n * sizeof *files);
	files[set->n] =
		a_migration(set->n ? set->files[set->n - 1].version + 1 : 1, "next_count.sql",
			    "-- runs-as: migrator\n"
			    "UPDATE {schema}.job SET attempts = attempts + 7");
	return (struct db_migration_set){set->service, files, set->n + 1, set->roles};
}

/* The template has every service migrated: from there each goes on with rows of many tenants. */
Test(migrate, every_service_takes_a_data_step_over_all_tenants, .timeout = 60)
{
	cr_expect_geq(db_n_migration_sets, 7);
	for (size_t i = 0; i < db_n_migration_sets; i++) {
		const char *svc = db_migration_sets[i].service;
		struct db_migration_set next = next_version_of(&db_migration_sets[i]);
		struct db_migrate_options options = {
			.conninfo = test_db_superuser(),
			.out = fmemopen(printed, sizeof printed, "w"),
			.sets = &next,
			.n_sets = 1,
		};
		struct db_migrate_report report;

		test_sql("INSERT INTO %s.job (tenant_id, id, kind, payload, run_at, max_attempts, "
			 "created_at) SELECT gen_random_uuid(), gen_random_uuid(), 'k', '', now(), "
			 "1, now() FROM generate_series(1, 20)",
			 svc);
		expect_ok(db_migrate(&options, &report));
		fclose(options.out);
		cr_expect_eq(report.applied, 1, "%s: %s", svc, printed);
		cr_expect_eq(test_count("SELECT count(DISTINCT tenant_id) FROM %s.job WHERE "
					"attempts = 7",
					svc),
			     20, "%s", svc);
	}
}

/* As the owner the same statement sees no row: that is what FORCE is for. */
Test(migrate, the_owner_itself_is_bound_by_row_level_security)
{
	struct db_migration files[] = {
		a_migration(1, "0001_thing.sql", TABLE),
		a_migration(2, "0002_fill.sql", "UPDATE {schema}.thing SET word = 'gone'")};
	struct run how = {files, 1, .svc = "mig_owner"};
	struct db_migrate_report report;

	expect_ok(run(&how, &report));
	test_sql("INSERT INTO mig_owner.thing VALUES (gen_random_uuid(), gen_random_uuid(), "
		 "'stays')");
	how.n = 2;
	expect_ok(run(&how, &report));
	cr_expect_eq(test_count("SELECT count(*) FROM mig_owner.thing WHERE word = 'stays'"), 1);
}

Test(migrate, two_migrators_at_once_apply_each_file_once, .timeout = 60)
{
	struct db_migration files[] = {
		a_migration(1, "0001_thing.sql", TABLE),
		a_migration(2, "0002_slow.sql",
			    "SELECT pg_sleep(0.2); CREATE TABLE {schema}.t2 (n int)")};
	struct run how = {files, 2, .svc = "mig_race"};
	struct db_migrate_report mine = {}, theirs = {};
	int link[2];
	pid_t pid;

	cr_assert_eq(pipe(link), 0);
	pid = fork();
	cr_assert(pid >= 0);
	if (pid == 0) {
		struct status st = run(&how, &theirs);
		int applied = is_ok(st) ? theirs.applied : -1;

		_exit(write(link[1], &applied, sizeof applied) == sizeof applied ? 0 : 1);
	}
	expect_ok(run(&how, &mine));
	cr_assert_eq(read(link[0], &theirs.applied, sizeof theirs.applied),
		     (ssize_t)sizeof theirs.applied);
	cr_expect_eq(mine.applied + theirs.applied, 6, "%d and %d", mine.applied, theirs.applied);
}

/* Somebody holds the table: the file is tried again, and gives up after its attempts. */
Test(migrate, a_lock_that_is_not_to_be_had_is_no_damage, .timeout = 60)
{
	struct db_migration files[] = {
		a_migration(1, "0001_thing.sql", TABLE),
		a_migration(2, "0002_more.sql", "ALTER TABLE {schema}.thing ADD COLUMN more text")};
	struct run how = {files, 1, .svc = "mig_lock", .attempts = 1};
	struct db_migrate_report report;
	FILE *holder;
	char line[600], word[32] = "";

	expect_ok(run(&how, &report));
	snprintf(line, sizeof line,
		 "exec psql -X -q -t -A '%s' -c \"BEGIN\" -c \"LOCK TABLE mig_lock.thing\" -c "
		 "\"SELECT "
		 "'held'\" -c \"SELECT pg_sleep(4)\" 2>&1",
		 test_db_superuser());
	holder = popen(line, "r");
	cr_assert(holder && fgets(word, sizeof word, holder));
	cr_assert_str_eq(word, "held\n");
	how.n = 2;
	expect_status(run(&how, &report), STATUS_ABORTED, "LOCK_NOT_AVAILABLE");
	how.attempts = 10;
	expect_ok(run(&how, &report));
	pclose(holder);
	cr_expect_eq(report.applied, 1);
}

Test(migrate, passwords_are_made_once_and_only_their_owner_reads_them)
{
	char dir[] = "/tmp/aegis-secrets-XXXXXX", path[128], first[DB_PASSWORD_TEXT],
	     second[DB_PASSWORD_TEXT];
	struct run how = {.svc = "mig_secret", .secrets = mkdtemp(dir)};
	struct db_migrate_report report;
	struct stat st;

	expect_ok(run(&how, &report));
	expect_ok(db_password_read(dir, "mig_secret", "db.password", first));
	expect_ok(run(&how, &report));
	expect_ok(db_password_read(dir, "mig_secret", "db.password", second));
	cr_expect_str_eq(first, second);
	expect_ok(db_password_read(dir, "mig_secret", "db_relay.password", second));
	cr_expect_str_neq(first, second);
	cr_expect_eq(strlen(first), 64);
	snprintf(path, sizeof path, "%s/mig_secret/db.password", dir);
	cr_assert_eq(stat(path, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0600);
	cr_expect_eq(
		test_count("SELECT count(*) FROM pg_authid WHERE rolname = 'aegis_mig_secret' AND "
			   "rolpassword LIKE 'SCRAM-SHA-256$%%'"),
		1);
	expect_status(db_password_read(dir, "mig_secret", "db_other.password", second),
		      STATUS_NOT_FOUND, "NO_PASSWORD");
	snprintf(path, sizeof path, "rm -r %s", dir);
	cr_expect_eq(system(path), 0);
}

Test(migrate, the_migrator_needs_no_superuser_after_the_first_run)
{
	struct db_migration files[] = {
		a_migration(1, "0001_thing.sql", TABLE),
		a_migration(2, "0002_more.sql", "ALTER TABLE {schema}.thing ADD COLUMN more text")};
	char as_migrator[512], as_stranger[512];
	struct run how = {files, 1, .svc = "mig_later"};
	struct db_migrate_report report;

	expect_ok(run(&how, &report));
	snprintf(as_migrator, sizeof as_migrator, "%s user=aegis_migrator", test_db_conninfo());
	snprintf(as_stranger, sizeof as_stranger, "%s user=aegis_mig_later", test_db_conninfo());
	how.n = 2;
	how.conninfo = as_stranger;
	expect_status(run(&how, &report), STATUS_FAILED_PRECONDITION, "NOT_BOOTSTRAPPED");
	how.conninfo = as_migrator;
	expect_ok(run(&how, &report));
	cr_expect_eq(report.applied, 1);
}
