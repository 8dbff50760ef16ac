/*
 * Every statement of every queries.sql on the migrated database, as a role that
 * runs it: it prepares, its columns have the types and names that the row
 * struct has, the role may run it, no tenant's statement needs a sequential
 * scan, and what says "no-tenant" touches no tenant table.
 */
#include <criterion/criterion.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "ctl/prove/catalogues.h"
#include "db/migrate.h"
#include "db/query.h"
#include "support/test_db.h"

TEST_DATABASE

static struct arena *arena;

/* A statement being looked at, as one role with one search_path. */
struct trial {
	PGconn *pg;
	const char *schema;
	const char *login;
	const struct db_query *query;
};

static PGconn *connect_as(const char *login, const char *schema)
{
	PGconn *pg = PQconnectdb(
		arena_printf(arena,
			     "%s user=%s options='-c search_path=%s -c "
			     "plan_cache_mode=force_generic_plan -c enable_seqscan=off'",
			     test_db_conninfo(), login, schema));

	cr_assert_eq(PQstatus(pg), CONNECTION_OK, "%s", PQerrorMessage(pg));
	return pg;
}

static bool is_type(enum db_type type, Oid oid)
{
	static const Oid accepted[][4] = {
		[DB_UUID] = {2950},	    [DB_TEXT] = {25, 1043, 19}, [DB_INT4] = {23},
		[DB_INT8] = {20},	    [DB_BOOL] = {16},		[DB_INSTANT] = {1184},
		[DB_DATE] = {1082},	    [DB_BYTES] = {17},		[DB_JSON] = {3802, 114},
		[DB_TEXT_LIST] = {1009},    [DB_UUID_LIST] = {2951},	[DB_INT8_LIST] = {1016},
		[DB_INSTANT_LIST] = {1185}, [DB_BYTES_LIST] = {1001},
	};

	for (int i = 0; i < 4; i++)
		if (oid && accepted[type][i] == oid)
			return true;
	return false;
}

/* A column straight from a table that may hold NULL must be declared so. */
static bool may_be_null(PGconn *pg, const PGresult *result, int field)
{
	char sql[160];
	PGresult *found;
	bool is_nullable;

	if (PQftable(result, field) == InvalidOid)
		return false;
	snprintf(sql, sizeof sql,
		 "SELECT attnotnull FROM pg_attribute WHERE attrelid = %u AND attnum = %d",
		 PQftable(result, field), PQftablecol(result, field));
	found = PQexec(pg, sql);
	is_nullable = PQntuples(found) == 1 && strcmp(PQgetvalue(found, 0, 0), "f") == 0;
	PQclear(found);
	return is_nullable;
}

static void check_columns(const struct trial *trial, const PGresult *result)
{
	const struct db_query *q = trial->query;

	cr_expect_eq((size_t)PQnfields(result), q->n_columns, "%s: %d columns, not %zu", q->origin,
		     PQnfields(result), q->n_columns);
	for (size_t i = 0; i < q->n_columns && (int)i < PQnfields(result); i++) {
		const struct db_column *column = &q->columns[i];

		cr_expect(is_type(column->type, PQftype(result, (int)i)),
			  "%s: column %s has another type (oid %u)", q->origin, column->name,
			  PQftype(result, (int)i));
		cr_expect_str_eq(PQfname(result, (int)i), column->name,
				 "%s: column %zu is called %s, the row says %s", q->origin, i + 1,
				 PQfname(result, (int)i), column->name);
		cr_expect(column->is_nullable || !may_be_null(trial->pg, result, (int)i),
			  "%s: column %s may be NULL, the row says it is not", q->origin,
			  column->name);
	}
}

static bool prepare(const struct trial *trial)
{
	static const Oid oids[] = {2950, 25,   23,   20,   16,	 1184, 1082,
				   17,	 3802, 1009, 2951, 1016, 1185, 1001};
	const struct db_query *q = trial->query;
	Oid types[64];
	int n = 0;
	PGresult *result;
	bool is_prepared;

	if (q->scope == DB_SCOPE_TENANT)
		types[n++] = oids[DB_UUID];
	for (size_t i = 0; i < q->n_args; i++)
		types[n++] = oids[q->args[i].type];
	result = PQprepare(trial->pg, q->statement, q->sql, n, types);
	is_prepared = PQresultStatus(result) == PGRES_COMMAND_OK;
	cr_expect(is_prepared, "%s: %s", q->origin, PQerrorMessage(trial->pg));
	PQclear(result);
	return is_prepared;
}

/* The generic plan as JSON, or NULL when this role may not run the statement. */
static const char *explain(const struct trial *trial)
{
	const struct db_query *q = trial->query;
	size_t n = q->n_args + (q->scope == DB_SCOPE_TENANT);
	struct strbuf sql = strbuf_new(arena);
	PGresult *result;
	const char *plan = NULL;

	strbuf_printf(&sql, "EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE \"%s\"", q->statement);
	for (size_t i = 0; i < n; i++)
		strbuf_add_c(&sql, i ? ", NULL" : "(NULL");
	strbuf_add_c(&sql, n ? ")" : "");
	result = PQexec(trial->pg, sql.ptr);
	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		plan = arena_strdup(arena, PQgetvalue(result, 0, 0));
	else
		cr_expect_str_eq(PQresultErrorField(result, PG_DIAG_SQLSTATE), "42501", "%s: %s",
				 q->origin, PQerrorMessage(trial->pg));
	PQclear(result);
	return plan;
}

static bool is_tenant_table(const char *schema, const char *table)
{
	return test_count("SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('%s.%s') "
			  "AND "
			  "attname = 'tenant_id'",
			  schema, table) > 0;
}

/* The value of the next "key": "value" after *at. */
static const char *next_value(const char **at, const char *key)
{
	const char *found = strstr(*at, key), *end;

	if (!found)
		return NULL;
	found += strlen(key);
	end = strchr(found, '"');
	*at = end;
	return arena_strndup(arena, found, (size_t)(end - found));
}

static void check_tables(const struct db_query *q, const char *plan)
{
	const char *at = plan, *table, *schema;

	while ((table = next_value(&at, "\"Relation Name\": \""))) {
		schema = next_value(&at, "\"Schema\": \"");
		cr_expect(!is_tenant_table(schema, table),
			  "%s: says no-tenant, but %s.%s is a tenant's", q->origin, schema, table);
	}
}

static void check_plan(const struct db_query *q, const char *plan)
{
	if (q->scope == DB_SCOPE_TENANT || q->is_hot)
		cr_expect(!strstr(plan, "\"Seq Scan\""), "%s: needs a sequential scan:\n%s",
			  q->origin, plan);
	if (q->scope == DB_SCOPE_NO_TENANT)
		check_tables(q, plan);
}

/* Prepared and described by each login of the schema; planned by one that may run it. */
static void check_query(const char *const *logins, PGconn *const *conns, const char *schema,
			const struct db_query *query)
{
	bool is_allowed = false;

	for (int i = 0; logins[i]; i++) {
		struct trial trial = {conns[i], schema, logins[i], query};
		PGresult *result;
		const char *plan;

		if (!prepare(&trial))
			return;
		result = PQdescribePrepared(trial.pg, query->statement);
		if (i == 0)
			check_columns(&trial, result);
		PQclear(result);
		plan = is_allowed ? NULL : explain(&trial);
		if (plan) {
			is_allowed = true;
			check_plan(query, plan);
		}
	}
	cr_expect(is_allowed, "%s: no login of %s may run it", query->origin, schema);
}

#define MAX_LOGINS 8

static void check_in_schema(const struct db_migration_set *set,
			    const struct db_catalogue *catalogue)
{
	const char *logins[MAX_LOGINS + 1] = {arena_printf(arena, "aegis_%s", set->service),
					      arena_printf(arena, "aegis_%s_relay", set->service)};
	PGconn *conns[MAX_LOGINS];
	int n = 2;

	/* What aegisctl runs, it runs as the migrator. */
	if (str_has_suffix(str_of(catalogue->name), "_operator")) {
		logins[0] = "aegis_migrator";
		logins[1] = NULL;
		n = 1;
	}
	for (const char *const *role = set->roles; n > 1 && role && *role && n < MAX_LOGINS; role++)
		logins[n++] = arena_printf(arena, "aegis_%s_%s", set->service, *role);
	for (int i = 0; i < n; i++)
		conns[i] = connect_as(logins[i], set->service);
	for (size_t i = 0; i < catalogue->n; i++)
		check_query(logins, conns, set->service, &catalogue->queries[i]);
	for (int i = 0; i < n; i++)
		PQfinish(conns[i]);
}

/* Catalogue "audit" or "audit_platform" belongs to service audit; "svc" to all. */
static const struct db_migration_set *own_set(const struct db_catalogue *catalogue)
{
	for (size_t i = 0; i < db_n_migration_sets; i++) {
		size_t len = strlen(db_migration_sets[i].service);

		if (strncmp(db_migration_sets[i].service, catalogue->name, len) == 0 &&
		    (catalogue->name[len] == 0 || catalogue->name[len] == '_'))
			return &db_migration_sets[i];
	}
	return NULL;
}

Test(drift, every_statement_fits_the_migrated_database, .timeout = 240)
{
	size_t n = 0;

	arena = arena_new((size_t)1 << 30);
	for (size_t i = 0; i < n_all_catalogues; i++) {
		const struct db_migration_set *set = own_set(all_catalogues[i]);

		n += all_catalogues[i]->n;
		if (set)
			check_in_schema(set, all_catalogues[i]);
		/* The statements that every daemon has: in each schema. */
		for (size_t s = 0; !set && s < db_n_migration_sets; s++)
			check_in_schema(&db_migration_sets[s], all_catalogues[i]);
	}
	cr_log_info("%zu statements in %zu catalogues", n, n_all_catalogues);
	cr_expect(n > 0);
	arena_free(&arena);
}

Test(drift, a_catalogue_knows_its_migrations)
{
	for (size_t i = 0; i < n_all_catalogues; i++) {
		const struct db_migration_set *set = own_set(all_catalogues[i]);

		if (!set)
			continue;
		cr_assert_eq(all_catalogues[i]->n_migrations, set->n, "%s", set->service);
		for (size_t f = 0; f < set->n; f++)
			cr_expect_str_eq(all_catalogues[i]->migrations[f].checksum,
					 set->files[f].checksum);
	}
}
