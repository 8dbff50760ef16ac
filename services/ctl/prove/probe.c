#include "probe.h"

#include <string.h>

#include "tables.h"

static const struct db_column tenant_arg[] = {{"tenant", DB_UUID, false, 0}};
static const struct db_column count_columns[] = {
	{"n", DB_INT8, false, offsetof(struct probe_count, n)},
	{"others", DB_INT8, false, offsetof(struct probe_count, others)},
};

static const struct db_column text_column[] = {
	{"value", DB_JSON, false, offsetof(struct probe_text, text)}};

struct table_list {
	struct text_list names;
	struct q_isolation_probe_row *rows;
	size_t n;
};

static struct status list_tables(struct tx *tx, void *arg)
{
	struct table_list *list = arg;

	return q_isolation_probes(tx, list->names, &list->rows, &list->n);
}

static struct text_list names_of_tables(struct arena *arena)
{
	const char **names = arena_array_of(arena, const char *, manifest_tables.n);
	size_t n = 0;

	for (size_t i = 0; i < manifest_tables.n; i++)
		if (strcmp(manifest_classes.items[i], "tenant") == 0)
			names[n++] = manifest_tables.items[i];
	return (struct text_list){names, n};
}

struct status proof_tenant_tables(const struct proof *proof, struct tenant_tables *tables)
{
	const struct db_catalogue *catalogue = &isolation_operator_queries;
	struct db_tx how = {.kind = DB_READ, .arena = proof->arena};
	struct table_list list = {.names = names_of_tables(proof->arena)};
	struct db_conn *conn;
	struct status st;

	*tables = (struct tenant_tables){};
	TRY(proof_migrator(proof, NULL, &catalogue, 1, &conn));
	st = db_run(conn, &how, list_tables, &list);
	db_conn_free(&conn);
	*tables = (struct tenant_tables){list.rows, list.n};
	return st;
}

struct db_query probe_of_text(struct arena *arena, const char *name, const char *sql,
			      bool has_tenant)
{
	const char *own = arena_printf(arena, "probe.%s", name);

	return (struct db_query){
		.name = own,
		.statement = own,
		.origin = name,
		.sql = sql,
		.rows = DB_ROWS_OPT,
		.scope = DB_SCOPE_ALL_TENANTS,
		.is_read = true,
		.args = tenant_arg,
		.n_args = has_tenant,
		.columns = text_column,
		.n_columns = 1,
		.row_size = sizeof(struct probe_text),
	};
}

static const char *sql_of(const struct q_isolation_probe_row *table, enum probe_kind kind)
{
	switch (kind) {
	case PROBE_OWN: return table->own;
	case PROBE_SEEN: return table->seen;
	case PROBE_PUT: return table->put;
	case PROBE_GIVE: return table->give;
	case PROBE_TOUCH: return table->touch;
	default: return table->take;
	}
}

static struct db_query make_query(struct arena *arena, const struct q_isolation_probe_row *table,
				  enum probe_kind kind)
{
	bool is_look = kind == PROBE_OWN || kind == PROBE_SEEN;
	const char *name = arena_printf(arena, "probe.%d.%s", kind, table->name);

	return (struct db_query){
		.name = name,
		.statement = name,
		.origin = table->name,
		.sql = sql_of(table, kind),
		.rows = is_look ? DB_ROWS_ONE : DB_ROWS_AFFECTED,
		.scope = DB_SCOPE_ALL_TENANTS,
		.is_read = is_look,
		.args = tenant_arg,
		.n_args = 1,
		.columns = is_look ? count_columns : NULL,
		.n_columns = is_look ? 2 : 0,
		.row_size = is_look ? sizeof(struct probe_count) : 0,
	};
}

void probes_make(struct arena *arena, struct probes *probes, enum probe_kind first,
		 enum probe_kind last)
{
	size_t n = 0;

	probes->queries = arena_array_of(arena, struct db_query, PROBES * probes->n);
	for (int kind = first; kind <= (int)last; kind++)
		for (size_t i = 0; i < probes->n; i++, n++)
			probes->queries[(size_t)kind * probes->n + i] =
				make_query(arena, &probes->tables[i], (enum probe_kind)kind);
	probes->catalogue = (struct db_catalogue){
		.name = "probes", .queries = probes->queries + (size_t)first * probes->n, .n = n};
}

struct attempt {
	const struct db_query *query;
	struct uuid tenant;
	struct probe_count *count;
	struct probe_outcome *outcome;
};

static const struct db_query *query_of(const struct probes *probes, size_t table,
				       enum probe_kind kind)
{
	return &probes->queries[(size_t)kind * probes->n + table];
}

static struct status look(struct tx *tx, void *arg)
{
	const struct attempt *attempt = arg;
	struct probe_count *row;

	TRY(db_fetch(tx, attempt->query, &attempt->tenant, (void **)&row, NULL));
	*attempt->count = *row;
	return OK;
}

struct status probe_look(const struct probes *probes, size_t table, enum probe_kind kind,
			 const struct db_tx *how, struct uuid tenant, struct probe_count *count)
{
	struct attempt attempt = {
		.query = query_of(probes, table, kind), .tenant = tenant, .count = count};

	*count = (struct probe_count){};
	return db_run(probes->conn, how, look, &attempt);
}

/* Fails whatever happened: nothing that was written may stay. */
static struct status write_and_undo(struct tx *tx, void *arg)
{
	struct attempt *attempt = arg;

	attempt->outcome->st =
		db_execute(tx, attempt->query, &attempt->tenant, &attempt->outcome->affected);
	return STOP;
}

struct status probe_write(const struct probes *probes, size_t table, enum probe_kind kind,
			  const struct db_tx *how, struct uuid tenant,
			  struct probe_outcome *outcome)
{
	struct attempt attempt = {
		.query = query_of(probes, table, kind), .tenant = tenant, .outcome = outcome};
	struct status st;

	*outcome = (struct probe_outcome){};
	st = db_run(probes->conn, how, write_and_undo, &attempt);
	return is_stopped(st) ? OK : st;
}
