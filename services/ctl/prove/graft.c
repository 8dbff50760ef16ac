#include "graft.h"

#include <string.h>

static const struct db_column from_and_to[] = {{"from", DB_UUID, false, 0},
					       {"to", DB_UUID, false, sizeof(struct uuid)}};

struct key_list {
	struct text_list names;
	struct q_isolation_reference_row *rows;
	size_t n;
};

static struct status list_keys(struct tx *tx, void *arg)
{
	struct key_list *list = arg;

	return q_isolation_references(tx, list->names, &list->rows, &list->n);
}

static struct status read_keys(const struct replay *r, struct key_list *list)
{
	const struct db_catalogue *catalogue = &isolation_operator_queries;
	struct db_tx how = {.kind = DB_READ, .arena = r->proof->arena};
	const char **names = arena_array_of(r->proof->arena, const char *, r->tables->n);
	struct db_conn *conn;
	struct status st;

	for (size_t i = 0; i < r->tables->n; i++)
		names[i] = r->tables->rows[i].name;
	list->names = (struct text_list){names, r->tables->n};
	TRY(proof_migrator(r->proof, NULL, &catalogue, 1, &conn));
	st = db_run(conn, &how, list_keys, list);
	db_conn_free(&conn);
	return st;
}

static struct db_query make_graft(struct arena *arena, const struct q_isolation_reference_row *key)
{
	const char *name = arena_printf(arena, "graft.%s.%s", key->name, key->key);

	return (struct db_query){.name = name,
				 .statement = name,
				 .origin = key->name,
				 .sql = key->graft,
				 .rows = DB_ROWS_AFFECTED,
				 .scope = DB_SCOPE_ALL_TENANTS,
				 .args = from_and_to,
				 .n_args = 2};
}

/* Does the tenant's row point anywhere?  NULL in a column satisfies any foreign key. */
static bool points_somewhere(const struct replay *r, const struct q_isolation_reference_row *key)
{
	const json_t *row = json_object_get(r->samples, key->name);

	for (size_t i = 0; i < key->columns.n; i++)
		if (json_is_null(json_object_get(row, key->columns.items[i])))
			return false;
	return row != NULL;
}

struct graft {
	const struct db_query *query;
	struct uuid from_and_to[2];
	struct status st;
};

static struct status graft_and_undo(struct tx *tx, void *arg)
{
	struct graft *graft = arg;

	graft->st = db_execute(tx, graft->query, graft->from_and_to, NULL);
	return STOP;
}

static struct status graft_one(struct replay *r, struct db_conn *conn, const struct db_query *query,
			       const struct q_isolation_reference_row *key, struct grafts *grafts)
{
	struct graft graft = {.query = query, .from_and_to = {r->proof->hidden, r->nobody}};
	struct db_tx how = {.kind = DB_WRITE, .arena = r->scratch};
	struct status st;

	arena_reset(r->scratch, false);
	st = db_run(conn, &how, graft_and_undo, &graft);
	if (!is_stopped(st))
		return st;
	if (graft.st.code == STATUS_FAILED_PRECONDITION)
		grafts->refused++;
	else
		proof_find(grafts->findings,
			   "%s: %s does not refuse another tenant's reference: %s", key->name,
			   key->key,
			   is_ok(graft.st) ? "the row was taken" : reason_name(graft.st.reason));
	return OK;
}

struct status graft_all(struct replay *replay, struct grafts *grafts)
{
	struct key_list list = {};
	struct db_catalogue grafting = {.name = "grafts"};
	const struct db_catalogue *catalogue = &grafting;
	struct db_query *queries;
	struct db_conn *conn;
	struct status st = OK;

	TRY(read_keys(replay, &list));
	queries = arena_array_of(replay->proof->arena, struct db_query, list.n);
	for (size_t i = 0; i < list.n; i++)
		queries[i] = make_graft(replay->proof->arena, &list.rows[i]);
	grafting.queries = queries;
	grafting.n = list.n;
	grafts->keys = (int64_t)list.n;
	TRY(proof_migrator(replay->proof, NULL, &catalogue, 1, &conn));
	for (size_t i = 0; i < list.n && is_ok(st); i++) {
		if (points_somewhere(replay, &list.rows[i]))
			st = graft_one(replay, conn, &queries[i], &list.rows[i], grafts);
		else
			grafts->untried++;
	}
	db_conn_free(&conn);
	return st;
}
