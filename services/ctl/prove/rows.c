/*
 * Parts 3 and 4: every tenant table through the daemons' own data layer and
 * roles.  One connection is used for one tenant after another, as a daemon's
 * pool does; then row-level security stands alone, for the statements carry no
 * filter.
 */
#include <string.h>

#include "db/migrate.h"
#include "isolation_operator/queries.h"
#include "probe.h"
#include "prove.h"

#define POOL "pooled"
#define RLS  "rls alone"

enum who { NOBODY, HIDDEN, LOOKING };
enum ending { COMMITS, ROLLS_BACK, BREAKS };

/* What one connection goes through, in this order, with every table. */
static const struct {
	enum who who;
	enum db_kind kind;
	enum ending ending;
	const char *after;
} steps[] = {
	{NOBODY, DB_ONE, COMMITS, "at the beginning"},
	{HIDDEN, DB_READ, COMMITS, "in a reading transaction"},
	{NOBODY, DB_ONE, COMMITS, "after a reading transaction"},
	{LOOKING, DB_ONE, COMMITS, "after a reading transaction"},
	{HIDDEN, DB_ONE, COMMITS, "in a single statement"},
	{NOBODY, DB_READ, COMMITS, "after a single statement"},
	{LOOKING, DB_READ, COMMITS, "after a single statement"},
	{HIDDEN, DB_WRITE, COMMITS, "in a writing transaction"},
	{NOBODY, DB_WRITE, COMMITS, "after a commit"},
	{LOOKING, DB_WRITE, COMMITS, "after a commit"},
	{HIDDEN, DB_WRITE, ROLLS_BACK, "in a transaction that is rolled back"},
	{NOBODY, DB_WRITE, COMMITS, "after a rollback"},
	{LOOKING, DB_READ, COMMITS, "after a rollback"},
	{HIDDEN, DB_WRITE, BREAKS, "in a transaction that breaks"},
	{NOBODY, DB_ONE, COMMITS, "after an error of the database"},
	{LOOKING, DB_ONE, COMMITS, "after an error of the database"},
};

#define N_STEPS (sizeof steps / sizeof steps[0])

/* What the parts have seen of all tables. */
struct sights {
	struct proof *proof;
	struct db_tx how; /* of the transaction being tried */
	struct arena *scratch;
	int64_t tables, looks, writes;
	int64_t with_rows, rows; /* of the hidden tenant */
	int64_t without_right;	 /* the role may not even look */
	int64_t by_policy;	 /* inserts that the policy refused */
	json_t *empty;		 /* tables where it has none */
	json_t *pool, *connections, *look, *put, *control, *give, *change;
};

static struct uuid tenant_of(const struct proof *proof, enum who who)
{
	return who == HIDDEN ? proof->hidden : who == LOOKING ? proof->looking : (struct uuid){};
}

static struct db_tx *transaction(struct sights *s, enum db_kind kind, enum who who)
{
	arena_reset(s->scratch, false);
	s->how = (struct db_tx){
		.kind = kind, .tenant = tenant_of(s->proof, who), .arena = s->scratch};
	return &s->how;
}

/* Looks in a transaction that is then ended in one of three ways. */
struct episode {
	const struct probes *probes;
	size_t table;
	enum ending ending;
	struct uuid tenant;
	struct probe_count count;
	struct status looked;
};

static const struct db_query *statement(const struct probes *probes, size_t table,
					enum probe_kind kind)
{
	return &probes->queries[(size_t)kind * probes->n + table];
}

static struct status live_through(struct tx *tx, void *arg)
{
	struct episode *e = arg;
	const struct uuid nobody = {};
	struct probe_count *row;

	e->looked = db_fetch(tx, statement(e->probes, e->table, PROBE_SEEN), &e->tenant,
			     (void **)&row, NULL);
	TRY(e->looked);
	e->count = *row;
	if (e->ending == BREAKS)
		return db_execute(tx, statement(e->probes, e->table, PROBE_PUT), &nobody, NULL);
	return e->ending == ROLLS_BACK ? STOP : OK;
}

static void judge_step(struct sights *s, const struct episode *e, size_t i)
{
	const char *table = e->probes->tables[e->table].name;

	if (steps[i].who == NOBODY && e->count.n > 0)
		proof_find(s->pool, "%s: without a tenant %lld rows are seen %s", table,
			   (long long)e->count.n, steps[i].after);
	if (steps[i].who != NOBODY && e->count.others > 0)
		proof_find(s->pool, "%s: %lld rows of others are seen %s", table,
			   (long long)e->count.others, steps[i].after);
}

static struct status walk_steps(struct sights *s, const struct probes *probes, size_t table)
{
	for (size_t i = 0; i < N_STEPS; i++) {
		struct db_tx *how = transaction(s, steps[i].kind, steps[i].who);
		struct episode e = {.probes = probes,
				    .table = table,
				    .ending = steps[i].ending,
				    .tenant = how->tenant};
		struct status st = db_run(probes->conn, how, live_through, &e);

		if (is_failed(e.looked))
			return e.looked;
		if (steps[i].ending == COMMITS)
			TRY(st);
		if (steps[i].ending == BREAKS && is_ok(st))
			proof_find(s->pool, "%s: a row of no tenant was accepted",
				   probes->tables[table].name);
		s->looks++;
		judge_step(s, &e, i);
	}
	return OK;
}

static struct status read_backend(struct tx *tx, void *arg)
{
	return q_isolation_backend(tx, arg);
}

static struct status backend_of(struct sights *s, const struct probes *probes, int32_t *pid)
{
	struct q_isolation_backend_row *row;

	TRY(db_run(probes->conn, transaction(s, DB_ONE, NOBODY), read_backend, &row));
	*pid = row->pid;
	return OK;
}

/* All of a schema on one connection: the server's process is the same at the end. */
static struct status prove_pool(struct sights *s, const struct probes *probes)
{
	int32_t first, last;

	TRY(backend_of(s, probes, &first));
	for (size_t i = 0; i < probes->n; i++)
		if (probes->tables[i].may_select)
			TRY(walk_steps(s, probes, i));
	TRY(backend_of(s, probes, &last));
	if (first != last)
		proof_find(s->connections, "%s: the connection was replaced on the way",
			   probes->service);
	return OK;
}

static struct status look_alone(struct sights *s, const struct probes *probes, size_t i)
{
	struct probe_count count;

	if (!probes->tables[i].may_select) {
		s->without_right++;
		return OK;
	}
	TRY(probe_look(probes, i, PROBE_SEEN, transaction(s, DB_READ, LOOKING), s->proof->looking,
		       &count));
	if (count.others > 0)
		proof_find(s->look, "%s: %lld rows of other tenants are seen",
			   probes->tables[i].name, (long long)count.others);
	return OK;
}

static bool is_refused(const struct probe_outcome *outcome)
{
	return outcome->st.code == STATUS_PERMISSION_DENIED;
}

/* The same row for another tenant and for oneself: only the policy tells them apart. */
static struct status insert_alone(struct sights *s, const struct probes *probes, size_t i)
{
	const struct q_isolation_probe_row *table = &probes->tables[i];
	struct probe_outcome foreign, own;

	TRY(probe_write(probes, i, PROBE_PUT, transaction(s, DB_WRITE, LOOKING), s->proof->hidden,
			&foreign));
	if (!is_refused(&foreign))
		proof_find(s->put,
			   "%s: a row of another tenant is not refused by row-level security",
			   table->name);
	if (!table->may_insert)
		return OK;
	TRY(probe_write(probes, i, PROBE_PUT, transaction(s, DB_WRITE, LOOKING), s->proof->looking,
			&own));
	s->by_policy += is_refused(&foreign) && !is_refused(&own);
	if (is_refused(&own))
		proof_find(s->control, "%s: a row of one's own is refused, too", table->name);
	return OK;
}

static struct status change_alone(struct sights *s, const struct probes *probes, size_t i,
				  enum probe_kind kind, json_t *findings, const char *what)
{
	struct probe_outcome outcome;

	TRY(probe_write(probes, i, kind, transaction(s, DB_WRITE, LOOKING), s->proof->hidden,
			&outcome));
	if (is_ok(outcome.st) && outcome.affected > 0)
		proof_find(findings, "%s: %lld rows %s", probes->tables[i].name,
			   (long long)outcome.affected, what);
	return is_ok(outcome.st) || is_refused(&outcome) ? OK : outcome.st;
}

static struct status prove_alone(struct sights *s, const struct probes *probes)
{
	for (size_t i = 0; i < probes->n; i++) {
		TRY(look_alone(s, probes, i));
		TRY(insert_alone(s, probes, i));
		TRY(change_alone(s, probes, i, PROBE_GIVE, s->give,
				 "were given to another tenant"));
		TRY(change_alone(s, probes, i, PROBE_TOUCH, s->change,
				 "of another tenant were changed"));
		TRY(change_alone(s, probes, i, PROBE_TAKE, s->change,
				 "of another tenant were deleted"));
	}
	s->tables += (int64_t)probes->n;
	return OK;
}

static struct status prove_schema(struct sights *s, struct probes *probes)
{
	const struct db_catalogue *catalogues[2] = {&isolation_operator_queries};
	struct status st;

	probes_make(s->proof->arena, probes, PROBE_SEEN, PROBE_TAKE);
	catalogues[1] = &probes->catalogue;
	TRY(proof_daemon(s->proof, probes->service, catalogues, 2, &probes->conn));
	st = prove_pool(s, probes);
	if (is_ok(st))
		st = prove_alone(s, probes);
	db_conn_free(&probes->conn);
	return st;
}

/* In how many tables is there anything to hide?  As the migrator, who sees all. */
static struct status count_hidden(struct sights *s, const struct tenant_tables *list)
{
	struct probes all = {.tables = list->rows, .n = list->n};
	const struct db_catalogue *catalogue = &all.catalogue;
	struct probe_count count;
	struct status st = OK;

	probes_make(s->proof->arena, &all, PROBE_OWN, PROBE_OWN);
	TRY(proof_migrator(s->proof, NULL, &catalogue, 1, &all.conn));
	for (size_t i = 0; i < all.n && is_ok(st); i++) {
		st = probe_look(&all, i, PROBE_OWN, transaction(s, DB_READ, NOBODY),
				s->proof->hidden, &count);
		s->with_rows += count.n > 0;
		if (count.n == 0)
			json_array_append_new(s->empty, json_string(all.tables[i].name));
		s->rows += count.n;
	}
	db_conn_free(&all.conn);
	return st;
}

static struct status prove_schemas(struct sights *s, const struct tenant_tables *list)
{
	for (size_t i = 0; i < list->n;) {
		struct probes probes = {.service = list->rows[i].schema, .tables = &list->rows[i]};

		for (; i < list->n && strcmp(list->rows[i].schema, probes.service) == 0; i++)
			probes.n++;
		TRY(prove_schema(s, &probes));
	}
	return OK;
}

static void enter(struct sights *s, int64_t connections)
{
	struct proof *proof = s->proof;

	proof_check(proof, POOL, "a connection shows nothing of the tenant it served before",
		    s->looks, s->pool);
	proof_check(proof, POOL, "one connection served all tenants of a schema", connections,
		    s->connections);
	proof_fact(proof, POOL, "connections", json_integer(connections));
	proof_fact(proof, POOL, "stepsPerTable", json_integer((json_int_t)N_STEPS));
	proof_check(proof, RLS, "a look without any filter shows no other tenant's row", s->tables,
		    s->look);
	proof_check(proof, RLS, "a row of another tenant cannot be inserted", s->tables, s->put);
	proof_check(proof, RLS, "the same row of one's own passes the policy", s->by_policy,
		    s->control);
	proof_check(proof, RLS, "rows cannot be given to another tenant", s->tables, s->give);
	proof_check(proof, RLS, "rows of another tenant cannot be changed or deleted", s->tables,
		    s->change);
	proof_check(proof, RLS, "the other tenant has rows to hide", s->with_rows, NULL);
	proof_fact(proof, RLS, "tables", json_integer(s->tables));
	proof_fact(proof, RLS, "tablesWithHiddenRows", json_integer(s->with_rows));
	proof_fact(proof, RLS, "tablesWithoutHiddenRows", s->empty);
	proof_fact(proof, RLS, "hiddenRows", json_integer(s->rows));
	proof_fact(proof, RLS, "tablesWithoutRightToLook", json_integer(s->without_right));
	proof_fact(proof, RLS, "insertsRefusedByPolicyAlone", json_integer(s->by_policy));
}

struct status prove_rows(struct proof *proof)
{
	struct sights s = {.proof = proof,
			   .scratch = arena_new(SIZE_MAX),
			   .empty = json_array(),
			   .pool = json_array(),
			   .connections = json_array(),
			   .look = json_array(),
			   .put = json_array(),
			   .control = json_array(),
			   .give = json_array(),
			   .change = json_array()};
	struct tenant_tables list;
	struct status st = proof_tenant_tables(proof, &list);

	if (is_ok(st))
		st = count_hidden(&s, &list);
	if (is_ok(st))
		st = prove_schemas(&s, &list);
	enter(&s, (int64_t)db_n_migration_sets);
	arena_free(&s.scratch);
	return st;
}
