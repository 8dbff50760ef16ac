/* What makes a daemon refuse to start. */
#include <stdio.h>

#include "db/schema.h"

TEST_DATABASE

static struct db_conn *connect_as(const char *role, const char *schema)
{
	struct db_config config = {.conninfo = test_db_conninfo(), .role = role, .schema = schema};

	return db_conn_new(&config, NULL, 0);
}

static void expect_open(const char *role, const char *schema, const char *reason)
{
	struct db_conn *conn = connect_as(role, schema);

	if (reason)
		expect_status(db_conn_open(conn), STATUS_FAILED_PRECONDITION, reason);
	else
		expect_ok(db_conn_open(conn));
	cr_expect_eq(db_conn_is_open(conn), reason == NULL);
	db_conn_free(&conn);
}

Test(start, a_role_that_could_evade_row_level_security_is_refused)
{
	make_schema("guard_role");
	test_sql("DROP ROLE IF EXISTS guard_bypass; CREATE ROLE guard_bypass LOGIN BYPASSRLS");
	test_sql("DROP ROLE IF EXISTS guard_heir; CREATE ROLE guard_heir LOGIN NOINHERIT");
	test_sql("GRANT guard_bypass TO guard_heir");
	/* Other tests of this binary migrate the same database at this moment. */
	test_sql("DO $$ BEGIN PERFORM pg_advisory_xact_lock(" DB_MIGRATE_LOCK "); "
		 "EXECUTE format('GRANT CONNECT ON DATABASE %%I TO guard_bypass, guard_heir', "
		 "current_database()); END $$");
	expect_open("postgres", "guard_role", "UNSAFE_ROLE");
	expect_open("guard_bypass", NULL, "UNSAFE_ROLE");
	expect_open("guard_heir", NULL, "UNSAFE_ROLE");
	expect_open("aegis_migrator", NULL, "UNSAFE_ROLE");
	expect_open("aegis_guard_role", "guard_role", NULL);
	expect_open("aegis_guard_role_relay", "guard_role", NULL);
	test_sql("SELECT pg_advisory_xact_lock(" DB_MIGRATE_LOCK "); DROP OWNED BY guard_heir, "
		 "guard_bypass; DROP ROLE guard_heir, guard_bypass");
}

Test(start, a_role_that_gave_itself_settings_is_refused_until_the_next_migration)
{
	make_schema("guard_set");
	test_sql("ALTER ROLE aegis_guard_set SET app.current_tenant_id = "
		 "'00000000-0000-7000-8000-000000000002'");
	expect_open("aegis_guard_set", "guard_set", "UNSAFE_ROLE");
	test_sql("SELECT aegis.ensure_login('aegis_guard_set')");
	expect_open("aegis_guard_set", "guard_set", NULL);
}

Test(start, a_schema_without_its_tables_is_refused)
{
	make_schema("guard_empty");
	test_sql("DROP TABLE guard_empty.canary");
	expect_open("aegis_guard_empty", "guard_empty", "STATEMENT_REFUSED");
}

static void expect_isolation(const char *schema, const char *reason)
{
	char role[64];
	struct db_conn *conn;

	snprintf(role, sizeof role, "aegis_%s", schema);
	conn = connect_as(role, schema);
	if (reason)
		expect_status(db_check_isolation(conn), STATUS_FAILED_PRECONDITION, reason);
	else
		expect_ok(db_check_isolation(conn));
	db_conn_free(&conn);
}

Test(start, a_sound_schema_passes)
{
	make_schema("guard_sound");
	expect_isolation("guard_sound", NULL);
}

Test(start, a_role_that_reaches_beyond_its_tables_is_found)
{
	make_schema("guard_reach");
	test_sql("GRANT EXECUTE ON FUNCTION pg_catalog.lo_create(oid) TO aegis_guard_reach");
	expect_isolation("guard_reach", "ROLE_REACHES_TOO_FAR");
	test_sql("REVOKE EXECUTE ON FUNCTION pg_catalog.lo_create(oid) FROM aegis_guard_reach");
	expect_isolation("guard_reach", NULL);
	test_sql("GRANT USAGE ON LANGUAGE plpgsql TO aegis_guard_reach");
	expect_isolation("guard_reach", "ROLE_REACHES_TOO_FAR");
	test_sql("REVOKE USAGE ON LANGUAGE plpgsql FROM aegis_guard_reach");
	expect_isolation("guard_reach", NULL);
}

Test(start, a_table_whose_owner_is_not_bound_is_found)
{
	make_schema("guard_force");
	test_sql("ALTER TABLE guard_force.item NO FORCE ROW LEVEL SECURITY");
	expect_isolation("guard_force", "UNPROTECTED_TABLE");
}

Test(start, a_visible_canary_is_found)
{
	make_schema("guard_leak");
	test_sql("DROP POLICY isolation ON guard_leak.canary");
	expect_isolation("guard_leak", "CANARY_VISIBLE");
}

Test(start, a_missing_canary_is_found)
{
	make_schema("guard_gone");
	test_sql("DELETE FROM guard_gone.canary");
	expect_isolation("guard_gone", "CANARY_MISSING");
}

Test(start, missing_and_changed_migrations_are_found)
{
	struct db_migration_id needed[] = {{1, "0001_items.sql", ""}, {2, "0002_new.sql", "ff"}};
	struct db_catalogue catalogue = {.name = "x", .migrations = needed, .n_migrations = 1};
	struct db_conn *conn;
	char checksum[64];

	make_schema("guard_version");
	snprintf(checksum, sizeof checksum, "%s",
		 test_value(
			 "SELECT checksum FROM guard_version.schema_version WHERE NOT is_common"));
	conn = connect_as("aegis_guard_version", "guard_version");
	expect_status(db_check_migrations(conn, &catalogue), STATUS_FAILED_PRECONDITION,
		      "MIGRATION_CHANGED");
	needed[0].checksum = checksum;
	expect_ok(db_check_migrations(conn, &catalogue));
	catalogue.n_migrations = 2;
	expect_status(db_check_migrations(conn, &catalogue), STATUS_FAILED_PRECONDITION,
		      "MIGRATION_MISSING");
	db_conn_free(&conn);
}

Test(start, a_server_that_is_not_there_is_unavailable_and_not_asked_again_at_once)
{
	struct db_config config = {.conninfo = "host=/nonexistent dbname=x", .role = "x"};
	struct db_conn *conn = db_conn_new(&config, NULL, 0);
	instant before;

	expect_status(db_conn_open(conn), STATUS_UNAVAILABLE, "DATABASE_UNAVAILABLE");
	before = instant_monotonic();
	for (int i = 0; i < 1000; i++)
		expect_status(db_conn_open(conn), STATUS_UNAVAILABLE, "DATABASE_UNAVAILABLE");
	cr_expect_lt(instant_monotonic() - before, SECONDS(1));
	db_conn_free(&conn);
}
