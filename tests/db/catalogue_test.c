/*
 * The catalogue of the migrated database against the rules for tables.  Each
 * rule is a query for offenders: one row each, in words.  The manifest
 * proto/manifest/tables.txt says what kind every table is.
 */
#include <criterion/criterion.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "db/migrate.h"
#include "support/test_db.h"

TEST_DATABASE

static PGconn *pg;

static void run(const char *sql)
{
	PGresult *result = PQexec(pg, sql);

	cr_assert(PQresultStatus(result) == PGRES_COMMAND_OK ||
			  PQresultStatus(result) == PGRES_TUPLES_OK,
		  "%s", PQerrorMessage(pg));
	PQclear(result);
}

static void run_with(const char *sql, const char *a, const char *b)
{
	const char *values[] = {a, b};
	PGresult *result = PQexecParams(pg, sql, b ? 2 : 1, NULL, values, NULL, NULL, 0);

	cr_assert_eq(PQresultStatus(result), PGRES_COMMAND_OK, "%s", PQerrorMessage(pg));
	PQclear(result);
}

/* "schema.table | class" lines into the temporary table manifest. */
static void load_manifest(void)
{
	char path[512], line[256];
	FILE *in;

	snprintf(path, sizeof path, "%s/proto/manifest/tables.txt", getenv("AEGIS_SOURCE"));
	in = fopen(path, "r");
	cr_assert(in, "%s", path);
	while (fgets(line, sizeof line, in)) {
		struct str class = str_trim(str_of(line));
		struct str table;
		char name[128], kind[32];

		if (class.len == 0 || class.ptr[0] == '#')
			continue;
		table = str_trim(str_take_until(&class, '|'));
		class = str_trim(class);
		snprintf(name, sizeof name, STR_FMT, STR_ARG(table));
		snprintf(kind, sizeof kind, STR_FMT, STR_ARG(class));
		run_with("INSERT INTO manifest VALUES ($1, $2)", name, kind);
	}
	fclose(in);
}

/* What the rules speak of: the tables of the services, and the roles that log in. */
static void connect_and_load(void)
{
	pg = PQconnectdb(test_db_superuser());
	cr_assert_eq(PQstatus(pg), CONNECTION_OK);
	run("CREATE TEMP TABLE manifest (name text PRIMARY KEY, class text NOT NULL)");
	run("CREATE TEMP TABLE service (name text PRIMARY KEY)");
	load_manifest();
	for (size_t i = 0; i < db_n_migration_sets; i++)
		run_with("INSERT INTO service VALUES ($1)", db_migration_sets[i].service, NULL);
	run("CREATE TEMP VIEW tables AS SELECT c.oid, n.nspname, c.relname, n.nspname || '.' || "
	    "c.relname "
	    "AS name, c.relrowsecurity, c.relforcerowsecurity, c.relowner, c.relacl, "
	    "c.relispartition, "
	    "m.class FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN service s "
	    "ON "
	    "s.name = n.nspname LEFT JOIN manifest m ON m.name = n.nspname || '.' || c.relname "
	    "WHERE "
	    "c.relkind IN ('r', 'p')");
	run("CREATE TEMP VIEW tenant_tables AS SELECT t.* FROM tables t WHERE t.class = 'tenant' "
	    "OR "
	    "t.relispartition");
	run("CREATE TEMP VIEW grants AS SELECT t.oid, t.name, a.grantee, r.rolname, "
	    "a.privilege_type FROM "
	    "tables t, aclexplode(t.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee WHERE "
	    "a.grantee "
	    "<> t.relowner");
}

static void disconnect(void)
{
	PQfinish(pg);
}

TestSuite(catalogue, .init = connect_and_load, .fini = disconnect);

#define ISOLATION                                                                                  \
	"'(tenant_id = ( SELECT (NULLIF(current_setting(''app.current_tenant_id''::text, true), "  \
	"''''::text))::uuid AS \"nullif\"))'"

/* Each query finds offenders, one row each, in words. */
static const struct {
	const char *rule;
	const char *sql;
} rules[] = {
	{"the manifest lists every table and no other",
	 "SELECT name || ' is not in proto/manifest/tables.txt' FROM tables WHERE class "
	 "IS NULL AND NOT relispartition"},
	{"the manifest lists every table and no other",
	 "SELECT m.name || ' is in the manifest, but does not exist' FROM manifest m JOIN "
	 "service s ON s.name = split_part(m.name, '.', 1) WHERE NOT EXISTS (SELECT 1 FROM "
	 "tables t WHERE t.name = m.name)"},
	{"the manifest lists every table and no other",
	 "SELECT name || ' has no class of tenant, reference, platform, global' FROM "
	 "manifest WHERE class NOT IN ('tenant', 'reference', 'platform', 'global')"},
	{"the manifest lists every table and no other",
	 "SELECT name || ' is global, but not in auth' FROM manifest WHERE class = 'global' "
	 "AND name NOT LIKE 'auth.%'"},
	{"a tenant table has forced security and a tenant id",
	 "SELECT name || ' lacks FORCE ROW LEVEL SECURITY' FROM tenant_tables WHERE NOT "
	 "(relrowsecurity AND relforcerowsecurity)"},
	{"a tenant table has forced security and a tenant id",
	 "SELECT name || ' lacks tenant_id uuid NOT NULL' FROM tenant_tables t WHERE NOT "
	 "EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = "
	 "'tenant_id' AND a.atttypid = 'uuid'::regtype AND a.attnotnull)"},
	{"a tenant table has forced security and a tenant id",
	 "SELECT name || ' has a tenant_id, but is not of class tenant' FROM tables t WHERE "
	 "class IN ('reference', 'platform') AND EXISTS (SELECT 1 FROM pg_attribute a WHERE "
	 "a.attrelid = t.oid AND a.attname = 'tenant_id')"},
	{"whoever may touch a tenant table is held by the isolation policy",
	 "SELECT DISTINCT g.name || ': ' || g.rolname || ' has no restrictive policy of the "
	 "indexed "
	 "form' FROM grants g JOIN tenant_tables t ON t.oid = g.oid WHERE g.rolname !~ "
	 "'_(relay|keeper)$' AND g.rolname <> 'aegis_migrator' AND NOT EXISTS (SELECT 1 "
	 "FROM "
	 "pg_policy p WHERE p.polrelid = g.oid AND NOT p.polpermissive AND p.polcmd = '*' "
	 "AND "
	 "p.polroles = ARRAY[g.grantee] AND pg_get_expr(p.polqual, p.polrelid) = " ISOLATION
	 " AND pg_get_expr(p.polwithcheck, p.polrelid) = " ISOLATION ")"},
	{"whoever may touch a tenant table is held by the isolation policy",
	 "SELECT t.name || ': policy ' || p.polname || ' is for everybody' FROM pg_policy p "
	 "JOIN tables t ON t.oid = p.polrelid WHERE 0 = ANY (p.polroles)"},
	{"keys and indexes begin with the tenant",
	 "SELECT i.indexrelid::regclass || ' does not begin with tenant_id' FROM "
	 "pg_index i JOIN "
	 "tenant_tables t ON t.oid = i.indrelid LEFT JOIN pg_attribute a ON "
	 "a.attrelid = i.indrelid "
	 "AND a.attnum = i.indkey[0] WHERE a.attname IS DISTINCT FROM "
	 "'tenant_id' AND (i.indisunique "
	 "OR coalesce(obj_description(i.indexrelid, 'pg_class'), '') NOT LIKE "
	 "'across tenants: %')"},
	{"keys and indexes begin with the tenant",
	 "SELECT name || ' has no primary key' FROM tables t WHERE NOT EXISTS (SELECT 1 "
	 "FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)"},
	{"foreign keys stay inside the tenant and the schema",
	 "SELECT k.conrelid::regclass || ': ' || k.conname || ' does not pair tenant_id "
	 "with "
	 "tenant_id' FROM pg_constraint k JOIN tenant_tables t ON t.oid = k.conrelid JOIN "
	 "tables o "
	 "ON o.oid = k.confrelid JOIN pg_attribute a ON a.attrelid = k.conrelid AND "
	 "a.attnum = "
	 "k.conkey[1] JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = "
	 "k.confkey[1] "
	 "WHERE k.contype = 'f' AND o.class <> 'reference' AND (a.attname <> 'tenant_id' OR "
	 "b.attname <> 'tenant_id')"},
	{"foreign keys stay inside the tenant and the schema",
	 "SELECT k.conname || ' leaves its schema' FROM pg_constraint k JOIN tables t ON "
	 "t.oid = k.conrelid JOIN pg_class c ON c.oid = k.confrelid JOIN pg_namespace n ON "
	 "n.oid = c.relnamespace WHERE k.contype = 'f' AND n.nspname <> t.nspname"},
	{"foreign keys stay inside the tenant and the schema",
	 "SELECT k.conname || ' sets NULL or a default' FROM pg_constraint k JOIN tables t "
	 "ON t.oid = k.conrelid WHERE k.contype = 'f' AND (k.confdeltype IN ('n', 'd') OR "
	 "k.confupdtype IN ('n', 'd'))"},
	{"nobody has a grant that passes row level security",
	 "SELECT name || ': ' || coalesce(rolname, 'PUBLIC') || ' has ' || privilege_type "
	 "FROM grants WHERE rolname IS NULL OR privilege_type NOT IN ('SELECT', 'INSERT', "
	 "'UPDATE', 'DELETE')"},
	{"nobody has a grant that passes row level security",
	 "SELECT name || ' does not belong to aegis_owner' FROM tables WHERE relowner <> "
	 "'aegis_owner'::regrole"},
	{"nobody has a grant that passes row level security",
	 "SELECT t.name || ' is a partition with grants of its own' FROM tables t JOIN "
	 "grants g ON g.oid = t.oid WHERE t.relispartition"},
	{"a role reaches its own schema only",
	 "SELECT r.rolname || ' may use schema ' || n.nspname FROM pg_roles r CROSS JOIN "
	 "pg_namespace n JOIN service s ON s.name = n.nspname WHERE EXISTS (SELECT 1 FROM "
	 "service o "
	 "WHERE r.rolname = 'aegis_' || o.name OR r.rolname LIKE 'aegis\\_' || o.name || "
	 "'\\_%') AND "
	 "NOT (r.rolname = 'aegis_' || n.nspname OR r.rolname LIKE 'aegis\\_' || n.nspname "
	 "|| '\\_%') "
	 "AND has_schema_privilege(r.oid, n.oid, 'USAGE')"},
	{"a role reaches its own schema only",
	 "SELECT rolname || ' could pass row-level security' FROM pg_roles WHERE rolname "
	 "LIKE 'aegis\\_%' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)"},
	{"a role reaches its own schema only",
	 "SELECT r.rolname || ' is a member of ' || g.rolname FROM pg_auth_members m JOIN "
	 "pg_roles r ON r.oid = m.member JOIN pg_roles g ON g.oid = m.roleid JOIN service s "
	 "ON r.rolname LIKE 'aegis\\_' || s.name || '%'"},
	{"no function or view lends its owners eyes",
	 "SELECT p.oid::regprocedure || ' is SECURITY DEFINER' FROM pg_proc p JOIN "
	 "pg_namespace n ON n.oid = p.pronamespace WHERE p.prosecdef AND n.nspname NOT IN "
	 "('pg_catalog', 'information_schema')"},
	{"no function or view lends its owners eyes",
	 "SELECT c.oid::regclass || ' is a view without security_invoker, or materialized' "
	 "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN service s ON "
	 "s.name = n.nspname WHERE c.relkind = 'm' OR (c.relkind = 'v' AND NOT "
	 "coalesce(c.reloptions @> ARRAY['security_invoker=true'], false))"},
};

#define N_RULES (sizeof rules / sizeof rules[0])

static int offenders(size_t rule, bool is_failure)
{
	PGresult *result = PQexec(pg, rules[rule].sql);
	int n = PQntuples(result);

	cr_assert_eq(PQresultStatus(result), PGRES_TUPLES_OK, "%s", PQerrorMessage(pg));
	for (int i = 0; i < n && is_failure; i++)
		cr_expect_fail("%s: %s", rules[rule].rule, PQgetvalue(result, i, 0));
	PQclear(result);
	return n;
}

Test(catalogue, the_migrated_database_follows_every_rule)
{
	PGresult *result = PQexec(pg, "SELECT count(*) FROM tenant_tables");

	cr_expect(db_n_migration_sets > 0);
	cr_expect_geq(atoi(PQgetvalue(result, 0, 0)), (int)(5 * db_n_migration_sets));
	PQclear(result);
	for (size_t i = 0; i < N_RULES; i++)
		(void)offenders(i, true);
}

/* Breaks every rule once, in a transaction that is rolled back. */
static const char rotten[] =
	"BEGIN;"
	"CREATE ROLE aegis_rotten LOGIN BYPASSRLS; CREATE ROLE aegis_rotten_friend;"
	"GRANT aegis_rotten_friend TO aegis_rotten; CREATE SCHEMA rotten; CREATE SCHEMA aside;"
	"CREATE TABLE aside.far (id uuid PRIMARY KEY);"
	"CREATE TABLE rotten.unlisted (n int);"
	"CREATE TABLE rotten.plain (tenant_id text, id uuid UNIQUE, far uuid REFERENCES aside.far);"
	"CREATE TABLE rotten.child (tenant_id uuid NOT NULL, id uuid REFERENCES rotten.plain (id) "
	"ON DELETE SET NULL, PRIMARY KEY (tenant_id, id)) PARTITION BY LIST (tenant_id);"
	"CREATE TABLE rotten.part PARTITION OF rotten.child DEFAULT;"
	"CREATE TABLE rotten.odd (tenant_id uuid);"
	"CREATE POLICY open ON rotten.plain USING (true);"
	"GRANT SELECT, TRUNCATE ON rotten.plain TO aegis_rotten; GRANT SELECT ON rotten.part TO "
	"aegis_rotten;"
	"GRANT USAGE ON SCHEMA tenant TO aegis_rotten;"
	"CREATE FUNCTION rotten.eyes() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';"
	"CREATE VIEW rotten.glass AS SELECT 1 AS n;"
	"INSERT INTO service VALUES ('rotten');"
	"INSERT INTO manifest VALUES ('rotten.plain', 'tenant'), ('rotten.child', 'tenant'), "
	"('rotten.odd', 'platform'), ('rotten.ghost', 'global'), ('rotten.kind', 'strange')";

Test(catalogue, every_rule_finds_its_offender)
{
	run(rotten);
	for (size_t i = 0; i < N_RULES; i++)
		cr_expect_gt(offenders(i, false), 0, "%s: finds nothing: %s", rules[i].rule,
			     rules[i].sql);
	run("ROLLBACK");
}
