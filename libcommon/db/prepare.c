/*
 * Prepares the statements of the library and of the catalogues in one go on a
 * fresh connection, and refuses roles that could evade row-level security.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "db/queries.h"
#include "internal.h"

static const struct {
	const char *name;
	const char *sql;
} own[] = {
	{DB_SQL_BEGIN_READ, "BEGIN READ ONLY"},
	{DB_SQL_BEGIN_WRITE, "BEGIN"},
	{DB_SQL_BEGIN_SERIALIZABLE, "BEGIN ISOLATION LEVEL SERIALIZABLE"},
	{DB_SQL_SETTINGS, "SELECT set_config('app.current_tenant_id', $1, true), "
			  "set_config('statement_timeout', $2, true)"},
	{DB_SQL_COMMIT, "COMMIT"},
	{DB_SQL_ROLLBACK, "ROLLBACK"},
};

#define N_OWN (sizeof own / sizeof own[0])

static bool send_query(struct db_conn *conn, const struct db_query *q)
{
	Oid types[DB_MAX_PARAMS];
	int n = 0;

	if (q->scope == DB_SCOPE_TENANT)
		types[n++] = db_type_oid(DB_UUID);
	for (size_t i = 0; i < q->n_args; i++)
		types[n++] = db_type_oid(q->args[i].type);
	return PQsendPrepare(conn->pg, q->statement, q->sql, n, types);
}

static bool send_all(struct db_conn *conn)
{
	for (size_t i = 0; i < N_OWN; i++)
		if (!PQsendPrepare(conn->pg, own[i].name, own[i].sql, 0, NULL))
			return false;
	for (size_t c = 0; c < conn->n_catalogues; c++)
		for (size_t i = 0; i < conn->catalogues[c]->n; i++)
			if (!send_query(conn, &conn->catalogues[c]->queries[i]))
				return false;
	return PQpipelineSync(conn->pg);
}

/* The server is going away or full, or libpq has no memory: that says nothing of the statement. */
static bool is_no_verdict(const PGresult *result)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	struct status st = sqlstate_status(sqlstate ? sqlstate : "08006", NULL, NULL);

	return PQresultStatus(result) == PGRES_FATAL_ERROR &&
	       (st.code == STATUS_UNAVAILABLE || st.code == STATUS_RESOURCE_EXHAUSTED);
}

static struct status take_one(struct db_conn *conn, instant give_up, const char *name,
			      const char *origin)
{
	RESULT result = NULL;

	TRY(wire_take(conn, give_up, &result));
	if (PQresultStatus(result) == PGRES_COMMAND_OK)
		return OK;
	if (is_no_verdict(result))
		return wire_lost(conn);
	if (PQresultStatus(result) != PGRES_PIPELINE_ABORTED)
		log_error("statement cannot be prepared", KV("statement", name), KV("at", origin),
			  KV("error", PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)));
	wire_hang_up(conn);
	return FAIL(STATEMENT_REFUSED);
}

static struct status take_all(struct db_conn *conn, instant give_up)
{
	for (size_t i = 0; i < N_OWN; i++)
		TRY(take_one(conn, give_up, own[i].name, "libcommon/db"));
	for (size_t c = 0; c < conn->n_catalogues; c++)
		for (size_t i = 0; i < conn->catalogues[c]->n; i++)
			TRY(take_one(conn, give_up, conn->catalogues[c]->queries[i].statement,
				     conn->catalogues[c]->queries[i].origin));
	conn->unread_syncs = 1;
	return wire_drain(conn, give_up);
}

static const struct db_query *role_question(void)
{
	for (size_t i = 0; i < db_queries.n; i++)
		if (strcmp(db_queries.queries[i].name, "role_risk") == 0)
			return &db_queries.queries[i];
	abort();
}

/* Asked on the wire: transactions stand above connections, which are only open after this. */
static struct status read_risk(struct db_conn *conn, instant give_up, struct arena *arena,
			       struct q_role_risk_row **risk)
{
	const struct db_query *query = role_question();
	RESULT result = NULL;
	void *row;

	if (!PQsendQueryPrepared(conn->pg, query->statement, 0, NULL, NULL, NULL, 1) ||
	    !PQpipelineSync(conn->pg))
		return wire_lost(conn);
	conn->unread_syncs++;
	TRY(wire_flush(conn, give_up));
	TRY(wire_take(conn, give_up, &result));
	if (PQresultStatus(result) == PGRES_FATAL_ERROR)
		return db_result_status(conn, result, query->statement);
	TRY(db_decode(arena, query, result, &row, NULL));
	*risk = row;
	return wire_drain(conn, give_up);
}

static struct status refuse_unsafe_role(struct db_conn *conn, instant give_up)
{
	struct arena *arena = arena_new(4096);
	struct q_role_risk_row *risk = NULL;
	struct status st = read_risk(conn, give_up, arena, &risk);

	if (is_ok(st) &&
	    (risk->is_superuser || risk->bypasses || risk->owns_tables || risk->is_changed)) {
		log_error("role could evade row-level security", KV("role", risk->name),
			  KV("superuser", risk->is_superuser), KV("bypassrls", risk->bypasses),
			  KV("owns_tables", risk->owns_tables),
			  KV("has_settings", risk->is_changed));
		wire_hang_up(conn);
		st = FAIL(UNSAFE_ROLE);
	}
	arena_free(&arena);
	return st;
}

struct status db_prepare_all(struct db_conn *conn, instant give_up)
{
	if (!send_all(conn))
		return wire_lost(conn);
	TRY(take_all(conn, give_up));
	return conn->config.is_operator ? OK : refuse_unsafe_role(conn, give_up);
}
