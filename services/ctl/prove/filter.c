/*
 * Part 5: the daemons' statements without row-level security.  aegis_migrator
 * sees every tenant's rows, so what keeps a statement to its tenant is what it
 * says itself: its plan shows, for any arguments and whatever the planner prefers,
 * that each tenant table in it is held to the tenant bound as $1.  Then it is run with one tenant's
 * values in another tenant's name.
 */
#include <string.h>

#include "catalogues.h"
#include "db/migrate.h"
#include "graft.h"
#include "prove.h"
#include "replay.h"

#define PART "filter alone"

struct trial {
	struct proof *proof;
	const struct tenant_tables *tables;
	struct arena *scratch;
	struct replay replay;
	struct grafts grafts;
	int64_t statements, plans, across, scans, inserts, single;
	json_t *unbound, *by_catalogue;
};

/* What is asked of one schema: its daemon's statements, and a statement that explains each. */
struct schema {
	const char *name;
	const struct db_catalogue **catalogues; /* the last one explains */
	size_t n_catalogues;
	const struct db_query **statements;
	size_t n;
	struct db_query *marked; /* the statements as they are explained, plan_mark_tenant() */
	struct db_query *explains;
	struct db_catalogue marking, explaining;
};

/* Catalogue "audit" or "audit_platform" belongs to service audit. */
static bool belongs_to(const struct db_catalogue *catalogue, const char *service)
{
	size_t len = strlen(service);

	return strncmp(catalogue->name, service, len) == 0 &&
	       (catalogue->name[len] == 0 || catalogue->name[len] == '_');
}

/* What belongs to no service is every daemon's, but for aegisctl's own. */
static bool is_of_schema(const struct db_catalogue *catalogue, const char *service)
{
	for (size_t i = 0; i < db_n_migration_sets; i++)
		if (belongs_to(catalogue, db_migration_sets[i].service))
			return belongs_to(catalogue, service);
	return !str_has_suffix(str_of(catalogue->name), "_operator");
}

static void gather(struct trial *t, struct schema *schema)
{
	struct arena *arena = t->proof->arena;
	size_t n = 0;

	schema->catalogues =
		arena_array_of(arena, const struct db_catalogue *, n_all_catalogues + 2);
	for (size_t i = 0; i < n_all_catalogues; i++)
		if (is_of_schema(all_catalogues[i], schema->name)) {
			schema->catalogues[schema->n_catalogues++] = all_catalogues[i];
			n += all_catalogues[i]->n;
		}
	schema->statements = arena_array_of(arena, const struct db_query *, n);
	for (size_t c = 0; c < schema->n_catalogues; c++)
		for (size_t i = 0; i < schema->catalogues[c]->n; i++)
			if (schema->catalogues[c]->queries[i].scope == DB_SCOPE_ALL_TENANTS)
				t->across++;
			else
				schema->statements[schema->n++] =
					&schema->catalogues[c]->queries[i];
}

/* "(NULL, NULL)": the plan of a prepared statement is the same for all arguments. */
static const char *arguments_of(struct arena *arena, const struct db_query *query)
{
	size_t n = query->n_args + (query->scope == DB_SCOPE_TENANT);
	struct strbuf text = strbuf_new(arena);

	for (size_t i = 0; i < n; i++)
		strbuf_add_c(&text, i ? ", NULL" : "(NULL");
	strbuf_add_c(&text, n ? ")" : "");
	return strbuf_str(&text).ptr;
}

struct explains {
	struct text_list names, arguments;
	struct q_isolation_explain_row *rows;
	size_t n;
};

static struct status read_explains(struct tx *tx, void *arg)
{
	struct explains *e = arg;

	return q_isolation_explains(tx, e->names, e->arguments, &e->rows, &e->n);
}

/* Prepared beside the daemons' own, which are run. */
static void mark(struct arena *arena, struct schema *schema)
{
	schema->marked = arena_array_of(arena, struct db_query, schema->n);
	for (size_t i = 0; i < schema->n; i++) {
		schema->marked[i] = *schema->statements[i];
		schema->marked[i].statement = arena_printf(arena, "marked.%zu", i);
		if (schema->marked[i].scope == DB_SCOPE_TENANT)
			schema->marked[i].sql = plan_mark_tenant(arena, schema->marked[i].sql);
	}
	schema->marking =
		(struct db_catalogue){.name = "marked", .queries = schema->marked, .n = schema->n};
	schema->catalogues[schema->n_catalogues++] = &schema->marking;
}

static struct status make_explains(struct trial *t, struct schema *schema)
{
	const struct db_catalogue *catalogue = &isolation_operator_queries;
	struct db_tx how = {.kind = DB_READ, .arena = t->proof->arena};
	const char **names = arena_array_of(t->proof->arena, const char *, schema->n);
	const char **arguments = arena_array_of(t->proof->arena, const char *, schema->n);
	struct explains e = {{names, schema->n}, {arguments, schema->n}, NULL, 0};
	struct db_conn *conn;
	struct status st;

	for (size_t i = 0; i < schema->n; i++) {
		names[i] = schema->marked[i].statement;
		arguments[i] = arguments_of(t->proof->arena, schema->statements[i]);
	}
	TRY(proof_migrator(t->proof, NULL, &catalogue, 1, &conn));
	st = db_run(conn, &how, read_explains, &e);
	db_conn_free(&conn);
	TRY(st);
	schema->explains = arena_array_of(t->proof->arena, struct db_query, schema->n);
	for (size_t i = 0; i < schema->n; i++)
		schema->explains[i] =
			probe_of_text(t->proof->arena, names[i], e.rows[i].text, false);
	schema->explaining = (struct db_catalogue){
		.name = "explains", .queries = schema->explains, .n = schema->n};
	schema->catalogues[schema->n_catalogues++] = &schema->explaining;
	return OK;
}

struct fetch {
	const struct db_query *query;
	const struct probe_text *row;
};

static struct status fetch_text(struct tx *tx, void *arg)
{
	struct fetch *fetch = arg;

	return db_fetch(tx, fetch->query, NULL, (void **)&fetch->row, NULL);
}

static struct status check_plan(struct trial *t, struct db_conn *conn, const struct schema *schema,
				size_t i)
{
	struct plan_check check = {.tables = t->tables->rows,
				   .n_tables = t->tables->n,
				   .statement = schema->statements[i]->statement,
				   .sql = schema->statements[i]->sql,
				   .has_tenant = schema->statements[i]->scope == DB_SCOPE_TENANT,
				   .findings = t->unbound};
	struct fetch fetch = {.query = &schema->explains[i]};
	struct db_tx how = {.kind = DB_READ, .arena = t->scratch};
	json_t *plan;

	arena_reset(t->scratch, false);
	TRY(db_run(conn, &how, fetch_text, &fetch));
	plan = json_loadb(fetch.row->text.ptr, fetch.row->text.len, 0, NULL);
	if (!plan)
		proof_find(t->unbound, "%s: its plan cannot be read", check.statement);
	plan_check(&check, plan);
	json_decref(plan);
	t->plans++;
	t->scans += check.count.scans;
	t->inserts += check.count.inserts;
	if (!check.has_tenant || check.count.inserts)
		return OK;
	t->single += check.is_single;
	return check.is_single || !t->proof->url
		       ? OK
		       : replay_statement(&t->replay, conn, schema->statements[i], &check);
}

static struct status check_schema(struct trial *t, const char *service)
{
	struct schema schema = {.name = service};
	struct db_conn *conn;
	struct status st = OK;

	gather(t, &schema);
	mark(t->proof->arena, &schema);
	TRY(make_explains(t, &schema));
	TRY(proof_migrator(t->proof, service, schema.catalogues, schema.n_catalogues, &conn));
	for (size_t i = 0; i < schema.n && is_ok(st); i++)
		st = check_plan(t, conn, &schema, i);
	db_conn_free(&conn);
	json_object_set_new(t->by_catalogue, service, json_integer((json_int_t)schema.n));
	return st;
}

/* Only the throw-away tenant has values that may be tried. */
static void enter_replay(struct trial *t)
{
	struct proof *proof = t->proof;

	proof_check(proof, PART,
		    "with one tenant's values in another's name the statements find nothing",
		    t->replay.tried, json_incref(t->replay.found));
	proof_check(proof, PART, "in its own name they find something", t->replay.telling, NULL);
	proof_check(proof, PART, "no foreign key takes another tenant's reference",
		    t->grafts.refused, json_incref(t->grafts.findings));
	proof_fact(proof, PART, "foreignKeys", json_integer(t->grafts.keys));
	proof_fact(proof, PART, "foreignKeysThatRefused", json_integer(t->grafts.refused));
	proof_fact(proof, PART, "foreignKeysWithoutRows", json_integer(t->grafts.untried));
	proof_fact(proof, PART, "statementsRun", json_integer(t->replay.tried));
	proof_fact(proof, PART, "statementsThatFindForTheTenantItself",
		   json_integer(t->replay.telling));
	proof_fact(proof, PART, "statementsThatRefuseTheValues", json_integer(t->replay.refused));
}

static void enter(struct trial *t)
{
	struct proof *proof = t->proof;

	proof_check(proof, PART, "every statement of the daemons names its tenant for every table",
		    t->scans + t->inserts, t->unbound);
	if (proof->url)
		enter_replay(t);
	proof_fact(proof, PART, "statements", t->by_catalogue);
	proof_fact(proof, PART, "statementsOfOneRowAlways", json_integer(t->single));
	proof_fact(proof, PART, "plans", json_integer(t->plans));
	proof_fact(proof, PART, "scansHeldToTheTenant", json_integer(t->scans));
	proof_fact(proof, PART, "insertsFilledWithTheTenant", json_integer(t->inserts));
	/* Relays, keepers and pollers; row-level security decides about them by their roles. */
	proof_fact(proof, PART, "statementsAcrossTenants", json_integer(t->across));
}

struct status prove_filter(struct proof *proof)
{
	struct tenant_tables tables;
	struct trial t = {.proof = proof,
			  .tables = &tables,
			  .scratch = arena_new(SIZE_MAX),
			  .unbound = json_array(),
			  .by_catalogue = json_object()};
	struct status st = proof_tenant_tables(proof, &tables), ready;

	ready = replay_init(&t.replay, proof, &tables);
	if (is_ok(st))
		st = ready;
	for (size_t i = 0; i < db_n_migration_sets && is_ok(st); i++)
		st = check_schema(&t, db_migration_sets[i].service);
	t.grafts.findings = json_array();
	if (is_ok(st) && proof->url)
		st = graft_all(&t.replay, &t.grafts);
	enter(&t);
	json_decref(t.grafts.findings);
	replay_free(&t.replay);
	arena_free(&t.scratch);
	return st;
}
