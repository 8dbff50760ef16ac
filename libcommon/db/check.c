/* What a daemon makes sure of before it serves. */
#include <string.h>

#include "base/log.h"
#include "db/queries.h"
#include "db_start/queries.h"
#include "internal.h"

/* Owner of the canary row of each schema (sql/common/0001_schema_common.sql). */
static const struct uuid canary_tenant = {{0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 2}};

static struct status count_canaries(struct tx *tx, void *arg)
{
	struct q_canary_count_row *row;

	TRY(q_canaries(tx, &row));
	*(int64_t *)arg = row->n;
	return OK;
}

static struct status canaries_seen(struct db_conn *conn, struct arena *arena, struct uuid tenant,
				   int64_t *n)
{
	return db_run(conn, &(struct db_tx){.kind = DB_ONE, .tenant = tenant, .arena = arena},
		      count_canaries, n);
}

static struct status check_canary(struct db_conn *conn, struct arena *arena)
{
	int64_t to_nobody, to_another, to_itself;

	TRY(canaries_seen(conn, arena, (struct uuid){}, &to_nobody));
	TRY(canaries_seen(conn, arena, uuid_v7(instant_now()), &to_another));
	TRY(canaries_seen(conn, arena, canary_tenant, &to_itself));
	if (to_nobody || to_another) {
		log_error("another tenant's row is visible", KV("schema", conn->config.schema));
		return FAIL(CANARY_VISIBLE);
	}
	if (to_itself != 1) {
		log_error("the canary row is missing", KV("schema", conn->config.schema));
		return FAIL(CANARY_MISSING);
	}
	return OK;
}

struct table_list {
	const char *schema;
	struct q_table_name_row *rows;
	size_t n;
};

static struct status list_unprotected(struct tx *tx, void *arg)
{
	struct table_list *list = arg;

	return q_unprotected_tables(tx, list->schema, &list->rows, &list->n);
}

static struct status check_tables(struct db_conn *conn, struct arena *arena)
{
	struct table_list list = {.schema = conn->config.schema};

	TRY(db_run(conn, &(struct db_tx){.kind = DB_ONE, .arena = arena}, list_unprotected, &list));
	for (size_t i = 0; i < list.n; i++)
		log_error("table without forced row-level security", KV("schema", list.schema),
			  KV("table", list.rows[i].name));
	return list.n ? FAIL(UNPROTECTED_TABLE) : OK;
}

static struct status read_reach(struct tx *tx, void *arg)
{
	return q_role_reach(tx, arg);
}

static struct status check_reach(struct db_conn *conn, struct arena *arena)
{
	struct q_role_reach_row *reach;

	TRY(db_run(conn, &(struct db_tx){.kind = DB_ONE, .arena = arena}, read_reach, &reach));
	if (!reach->large_objects && !reach->temporary_tables && !reach->other_databases &&
	    !reach->code)
		return OK;
	log_error("the role may do more than the daemon: run aegisctl migrate as superuser",
		  KV("role", conn->config.role), KV("large_objects", reach->large_objects),
		  KV("temporary_tables", reach->temporary_tables),
		  KV("other_databases", reach->other_databases), KV("code", reach->code));
	return FAIL(ROLE_REACHES_TOO_FAR);
}

struct status db_check_isolation(struct db_conn *conn)
{
	struct arena *arena = arena_new((size_t)64 * 1024);
	struct status st = db_conn_open(conn); /* refuses an unsafe role */

	if (is_ok(st))
		st = check_tables(conn, arena);
	if (is_ok(st))
		st = check_canary(conn, arena);
	if (is_ok(st))
		st = check_reach(conn, arena);
	arena_free(&arena);
	return st;
}

struct applied_list {
	struct q_applied_row *rows;
	size_t n;
};

static struct status list_applied(struct tx *tx, void *arg)
{
	struct applied_list *list = arg;

	return q_applied_migrations(tx, &list->rows, &list->n);
}

static struct status compare(const struct db_migration_id *wanted, const struct applied_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->rows[i].version != wanted->version)
			continue;
		if (strcmp(list->rows[i].checksum, wanted->checksum) == 0)
			return OK;
		log_error("migration differs from the one applied", KV("file", wanted->name));
		return FAIL(MIGRATION_CHANGED);
	}
	log_error("migration is missing: run aegisctl migrate", KV("file", wanted->name));
	return FAIL(MIGRATION_MISSING);
}

struct status db_check_migrations(struct db_conn *conn, const struct db_catalogue *catalogue)
{
	struct arena *arena = arena_new((size_t)64 * 1024);
	struct applied_list list = {};
	struct status st =
		db_run(conn, &(struct db_tx){.kind = DB_ONE, .arena = arena}, list_applied, &list);

	for (size_t i = 0; is_ok(st) && i < catalogue->n_migrations; i++)
		st = compare(&catalogue->migrations[i], &list);
	arena_free(&arena);
	return st;
}

static struct status read_budget(struct tx *tx, void *arg)
{
	struct q_budget_row *row;
	struct db_budget *out = arg;

	TRY(q_budget(tx, &row));
	*out = (struct db_budget){row->max_connections, row->reserved, row->in_use};
	return OK;
}

struct status db_conn_budget(struct db_conn *conn, struct db_budget *out)
{
	struct arena *arena = arena_new(4096);
	struct status st =
		db_run(conn, &(struct db_tx){.kind = DB_ONE, .arena = arena}, read_budget, out);

	arena_free(&arena);
	return st;
}
