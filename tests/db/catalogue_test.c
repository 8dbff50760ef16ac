/*
 * The catalogue of the migrated database against the rules for tables: the
 * statement of `aegisctl prove-isolation` (services/ctl/sql/isolation.sql), which
 * finds offenders, one row each, in words.
 */
#include <criterion/criterion.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "ctl/prove/tables.h"
#include "db/migrate.h"
#include "isolation_operator/queries.h"
#include "support/test_db.h"

TEST_DATABASE

static PGconn *pg;
static struct arena *arena;

static void run(const char *sql)
{
	PGresult *result = PQexec(pg, sql);

	cr_assert(PQresultStatus(result) == PGRES_COMMAND_OK ||
			  PQresultStatus(result) == PGRES_TUPLES_OK,
		  "%s", PQerrorMessage(pg));
	PQclear(result);
}

static void connect_superuser(void)
{
	arena = arena_new(SIZE_MAX);
	pg = PQconnectdb(test_db_superuser());
	cr_assert_eq(PQstatus(pg), CONNECTION_OK);
}

static void disconnect(void)
{
	PQfinish(pg);
	arena_free(&arena);
}

TestSuite(catalogue, .init = connect_superuser, .fini = disconnect);

/* The text of an array of names; more may follow them. */
static const char *array_of(const struct text_list *list, const char *more)
{
	struct strbuf text = strbuf_new(arena);

	for (size_t i = 0; i < list->n; i++)
		strbuf_printf(&text, "%s%s", i ? "," : "{", list->items[i]);
	strbuf_printf(&text, "%s}", more);
	return text.ptr;
}

static const char *services(const char *more)
{
	const char **names = arena_array_of(arena, const char *, db_n_migration_sets);

	for (size_t i = 0; i < db_n_migration_sets; i++)
		names[i] = db_migration_sets[i].service;
	return array_of(&(struct text_list){names, db_n_migration_sets}, more);
}

/* What the manifest and the services have besides their own. */
struct further {
	const char *names, *classes, *services;
};

static PGresult *find_offenders(const struct further *more)
{
	static const Oid text_lists[] = {1009, 1009, 1009};
	const char *values[] = {array_of(&manifest_tables, more->names),
				array_of(&manifest_classes, more->classes),
				services(more->services)};
	const struct db_query *query = isolation_operator_queries.queries;
	PGresult *result;

	while (strcmp(query->name, "isolation_rules") != 0)
		query++;
	result = PQexecParams(pg, query->sql, 3, text_lists, values, NULL, NULL, 0);
	cr_assert_eq(PQresultStatus(result), PGRES_TUPLES_OK, "%s", PQerrorMessage(pg));
	return result;
}

Test(catalogue, the_migrated_database_follows_every_rule)
{
	PGresult *result = find_offenders(&(struct further){"", "", ""});

	cr_expect(db_n_migration_sets > 0);
	cr_expect_geq(manifest_tables.n, 5 * db_n_migration_sets);
	cr_expect_gt(PQntuples(result), 20);
	for (int i = 0; i < PQntuples(result); i++)
		cr_expect(PQgetisnull(result, i, 2), "%s: %s", PQgetvalue(result, i, 1),
			  PQgetvalue(result, i, 2));
	PQclear(result);
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
	"CREATE POLICY across ON rotten.plain TO aegis_rotten USING (true);"
	"GRANT SELECT, TRUNCATE ON rotten.plain TO aegis_rotten; GRANT SELECT ON rotten.part TO "
	"aegis_rotten;"
	"GRANT USAGE ON SCHEMA tenant TO aegis_rotten;"
	"CREATE FUNCTION rotten.eyes() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';"
	"CREATE VIEW rotten.glass AS SELECT 1 AS n;";

static const struct further rotten_manifest = {
	",rotten.plain,rotten.child,rotten.odd,rotten.ghost,rotten.kind",
	",tenant,tenant,platform,global,strange", ",rotten"};

Test(catalogue, every_rule_finds_its_offender)
{
	PGresult *result;

	run(rotten);
	result = find_offenders(&rotten_manifest);
	for (int i = 0; i < PQntuples(result); i++)
		cr_expect(!PQgetisnull(result, i, 2), "%s: finds nothing",
			  PQgetvalue(result, i, 1));
	PQclear(result);
	run("ROLLBACK");
}
