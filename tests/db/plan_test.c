/*
 * The reading of plans that `aegisctl prove-isolation` does, on plans of this
 * server: statements held to their tenant pass, each way of forgetting it is found.
 */
#include <criterion/criterion.h>
#include <libpq-fe.h>

#include "base/arena.h"
#include "ctl/prove/plan.h"
#include "support/test_db.h"

TEST_DATABASE

/* (tenant_id, id, subscriber, …) and (tenant_id, consumer, event_id, received_at) */
static const struct q_isolation_probe_row tables[] = {
	{.schema = "audit", .name = "audit.outbox", .place = 1},
	{.schema = "audit", .name = "audit.inbox", .place = 1},
	{.schema = "tenant", .name = "tenant.member", .place = 1},
};

/* What the planner may prefer: the same statement gets other plans, with its conditions elsewhere.
 */
static const char *const moods[] = {
	"RESET ALL",
	"SET enable_seqscan = off; SET enable_bitmapscan = off",
	"SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off",
	"SET enable_seqscan = off; SET enable_indexscan = off; SET enable_indexonlyscan = off",
	"SET enable_nestloop = off; SET enable_mergejoin = off",
	"SET enable_hashjoin = off; SET enable_nestloop = off",
	("SET force_parallel_mode = on; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; "
	 "SET min_parallel_table_scan_size = 0; SET enable_indexscan = off"),
};

static struct arena *arena;
static PGconn *pg;

static void begin(void)
{
	arena = arena_new(SIZE_MAX);
	pg = PQconnectdb(arena_printf(arena, "%s options='-c plan_cache_mode=force_generic_plan'",
				      test_db_superuser()));
	cr_assert_eq(PQstatus(pg), CONNECTION_OK);
}

static void end(void)
{
	PQfinish(pg);
	arena_free(&arena);
}

TestSuite(plan, .init = begin, .fini = end);

static PGresult *run(const char *sql, ExecStatusType wanted)
{
	PGresult *result = PQexec(pg, sql);

	cr_assert_eq(PQresultStatus(result), wanted, "%s: %s", sql, PQerrorMessage(pg));
	return result;
}

/* Gives the tables rows and the planner their statistics, until the connection ends. */
static void seed(void)
{
	PQclear(run("BEGIN", PGRES_COMMAND_OK));
	PQclear(run("INSERT INTO tenant.member (tenant_id, id, email, name, role, active, "
		    "created_at, created_by, updated_at, updated_by) SELECT "
		    "md5((n / 300)::text)::uuid, md5(n::text)::uuid, 'm' || n, 'm', "
		    "CASE n % 50 WHEN 0 THEN 'owner' ELSE 'viewer' END, n % 3 > 0, now(), "
		    "gen_random_uuid(), now(), gen_random_uuid() FROM generate_series(1, 600) n",
		    PGRES_COMMAND_OK));
	PQclear(run("INSERT INTO audit.inbox (tenant_id, event_id, consumer, received_at) SELECT "
		    "md5((n / 300)::text)::uuid, md5(n::text)::uuid, 'x', now() FROM "
		    "generate_series(1, 600) n",
		    PGRES_COMMAND_OK));
	PQclear(run("ANALYZE tenant.member, audit.inbox", PGRES_COMMAND_OK));
}

/* The findings about a statement of two arguments, the tenant and another uuid. */
static size_t findings(const char *sql, bool has_tenant, struct plan_check *check)
{
	PGresult *result;
	json_t *plan;
	size_t n;

	PQclear(run("DEALLOCATE ALL", PGRES_COMMAND_OK));
	PQclear(run(
		arena_printf(arena, "PREPARE s (uuid, uuid) AS %s", plan_mark_tenant(arena, sql)),
		PGRES_COMMAND_OK));
	result = run("EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE s (NULL, NULL)", PGRES_TUPLES_OK);
	plan = json_loads(PQgetvalue(result, 0, 0), 0, NULL);
	PQclear(result);
	cr_assert(plan);
	*check = (struct plan_check){.tables = tables,
				     .n_tables = sizeof tables / sizeof tables[0],
				     .statement = "s",
				     .sql = sql,
				     .has_tenant = has_tenant,
				     .findings = json_array()};
	plan_check(check, plan);
	n = json_array_size(check->findings);
	json_decref(check->findings);
	json_decref(plan);
	return n;
}

static const struct {
	const char *sql;
	int64_t scans, inserts;
} good[] = {
	{"SELECT id FROM audit.outbox WHERE tenant_id = $1 AND id = $2", 1, 0},
	{"SELECT id FROM audit.outbox o WHERE $1 = o.tenant_id AND (id = $2 OR seq > 1)", 1, 0},
	{"SELECT id FROM audit.outbox WHERE tenant_id = $1 AND topic = ') OR (' AND id = "
	 "$2",
	 1, 0},
	{"SELECT o.id FROM audit.outbox o JOIN audit.inbox i ON i.tenant_id = o.tenant_id "
	 "AND "
	 "i.event_id = o.id WHERE o.tenant_id = $1 AND o.id = $2",
	 2, 0},
	{"SELECT o.id FROM audit.outbox o LEFT JOIN audit.inbox i ON i.tenant_id = "
	 "o.tenant_id "
	 "AND i.event_id = o.id WHERE o.tenant_id = $1 AND o.id <> $2",
	 2, 0},
	{"SELECT EXISTS (SELECT 1 FROM audit.inbox WHERE tenant_id = $1 AND event_id = $2)", 1, 0},
	{"UPDATE audit.outbox SET attempts = 1 WHERE tenant_id = $1 AND id = $2", 1, 0},
	{"DELETE FROM audit.inbox WHERE tenant_id = $1 AND event_id = $2", 1, 0},
	{"INSERT INTO audit.inbox (event_id, tenant_id, consumer, received_at) "
	 "VALUES ($2, $1, 'x', '2026-01-01') ON CONFLICT DO NOTHING",
	 0, 1},
	{"INSERT INTO audit.inbox (tenant_id, event_id, consumer, received_at) "
	 "SELECT $1, id, 'x', created_at FROM audit.outbox WHERE tenant_id = $1 AND id = "
	 "$2",
	 1, 1},
	{"SELECT id FROM tenant.member WHERE tenant_id = $1 AND role = 'owner' AND active AND "
	 "deleted_at IS NULL ORDER BY id FOR UPDATE",
	 1, 0},
	{"SELECT id FROM tenant.member WHERE active AND NOT (id = $2) AND tenant_id = $1", 1, 0},
	{"SELECT id FROM tenant.member WHERE tenant_id = $1 AND (id = $2 OR email = 'a' OR active)",
	 1, 0},
	{"SELECT id FROM tenant.member WHERE (tenant_id = $1 AND id = $2) OR (tenant_id = $1 AND "
	 "email = 'it''s (')",
	 1, 0},
	{"SELECT m.id FROM tenant.member m JOIN audit.inbox i ON i.tenant_id = m.tenant_id AND "
	 "i.event_id = m.id WHERE m.tenant_id = $1 AND m.id <> $2 AND m.active",
	 2, 0},
	{"SELECT id FROM tenant.member m WHERE tenant_id = $1 AND (active OR EXISTS (SELECT 1 FROM "
	 "audit.inbox i WHERE i.tenant_id = $1 AND i.event_id = m.id))",
	 0, 0},
};

static const char *const bad[] = {
	"SELECT id FROM audit.outbox WHERE id = $2 AND $1 IS NOT NULL",
	"SELECT id FROM audit.outbox WHERE tenant_id = $2 AND id = $1",
	"SELECT id FROM audit.outbox WHERE tenant_id <> $1 AND id = $2",
	"SELECT id FROM audit.outbox WHERE tenant_id >= $1 AND id = $2",
	"SELECT id FROM audit.outbox WHERE tenant_id = $1 OR id = $2",
	"SELECT id FROM audit.outbox WHERE (tenant_id = $1 OR seq = 1) AND id = $2",
	"SELECT id FROM audit.outbox WHERE NOT (tenant_id = $1 AND id = $2)",
	"SELECT id FROM audit.outbox WHERE topic = '(outbox.tenant_id = $1)' AND id = $2 "
	"AND $1 "
	"IS NOT NULL",
	"SELECT o.id FROM audit.outbox o JOIN audit.inbox i ON i.event_id = o.id "
	"WHERE o.tenant_id = $1 AND o.id = $2",
	"SELECT o.id FROM audit.outbox o WHERE tenant_id = $1 UNION SELECT event_id FROM "
	"audit.inbox WHERE event_id = $2",
	"SELECT id FROM audit.outbox WHERE tenant_id = $1 AND id IN (SELECT event_id FROM "
	"audit.inbox WHERE event_id <> $2)",
	"UPDATE audit.outbox SET attempts = 1 WHERE id = $2 AND $1 IS NOT NULL",
	"DELETE FROM audit.inbox WHERE event_id = $2 AND $1 IS NOT NULL",
	"INSERT INTO audit.inbox (tenant_id, event_id, consumer, received_at) "
	"VALUES ($2, $1, 'x', '2026-01-01')",
	"INSERT INTO audit.inbox (tenant_id, event_id, consumer, received_at) "
	"SELECT id, $1, 'x', created_at FROM audit.outbox WHERE tenant_id = $1 AND id = $2",
	"SELECT id FROM tenant.member WHERE active AND id = $2 AND $1 IS NOT NULL",
	"SELECT id FROM tenant.member WHERE NOT (active AND tenant_id = $1) AND id = $2",
	"SELECT id FROM tenant.member WHERE (tenant_id = $1 AND id = $2) OR (id = $2 AND active)",
	"SELECT id FROM tenant.member WHERE active AND (tenant_id = $1 OR role = 'owner')",
	"SELECT id FROM tenant.member WHERE CASE WHEN active THEN tenant_id = $1 ELSE id = $2 END",
	"SELECT id FROM tenant.member WHERE (tenant_id = $1) IS NOT TRUE AND active",
	"SELECT id FROM tenant.member WHERE coalesce(tenant_id = $1, active)",
	"SELECT m.id FROM tenant.member m JOIN audit.inbox i ON i.event_id = m.id WHERE "
	"m.tenant_id = $1 AND m.id <> $2 AND m.active",
	/* A subquery's result that PostgreSQL calls $1, too. */
	"SELECT id FROM tenant.member WHERE tenant_id = (SELECT max(event_id::text)::uuid FROM "
	"audit.inbox WHERE tenant_id = $1) AND created_by = (SELECT max(event_id::text)::uuid FROM "
	"audit.inbox WHERE tenant_id = $1)",
};

static void expect_order(bool is_seeded)
{
	struct plan_check check;

	(void)findings(
		"SELECT i.event_id FROM tenant.member m, audit.inbox i, tenant.member o WHERE "
		"m.tenant_id = $1 AND i.tenant_id = $1 AND o.tenant_id = $1 AND i.event_id = "
		"m.id AND o.id = m.id AND o.id <> $2",
		true, &check);
	cr_expect_eq(check.n_met, 2, "seeded %d", is_seeded);
	cr_expect_str_eq(check.met[0]->name, "tenant.member", "seeded %d", is_seeded);
	cr_expect_str_eq(check.met[1]->name, "audit.inbox", "seeded %d", is_seeded);
}

/* Every statement in every mood of the planner, on tables without and with rows. */
static void expect_good(bool is_seeded)
{
	struct plan_check check;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		const char *sql = good[i].sql;

		cr_expect_eq(findings(sql, true, &check), 0, "seeded %d: %s", is_seeded, sql);
		cr_expect(good[i].scans + good[i].inserts == 0 ||
				  check.count.scans == good[i].scans,
			  "%s", sql);
		cr_expect_eq(check.count.inserts, good[i].inserts, "%s", sql);
		cr_expect_gt(findings(sql, false, &check), 0, "%s", sql);
	}
}

static void in_every_mood(void (*expect)(bool is_seeded))
{
	for (int is_seeded = 0; is_seeded < 2; is_seeded++) {
		if (is_seeded)
			seed();
		for (size_t i = 0; i < sizeof moods / sizeof moods[0]; i++) {
			PQclear(run("RESET ALL", PGRES_COMMAND_OK));
			PQclear(run(moods[i], PGRES_COMMAND_OK));
			expect(is_seeded);
		}
	}
}

Test(plan, statements_held_to_their_tenant_pass_in_every_mood_of_the_planner)
{
	in_every_mood(expect_good);
}

Test(plan, tables_come_in_the_order_of_the_statement_in_every_mood_of_the_planner)
{
	in_every_mood(expect_order);
}

static void expect_bad(bool is_seeded)
{
	struct plan_check check;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_expect_gt(findings(bad[i], true, &check), 0, "seeded %d: %s", is_seeded, bad[i]);
}

Test(plan, each_way_to_forget_the_tenant_is_found_in_every_mood_of_the_planner)
{
	in_every_mood(expect_bad);
}

Test(plan, the_tenant_is_marked_and_nothing_else)
{
	cr_expect_str_eq(plan_mark_tenant(arena, "a = $1 AND b = $12 AND c = '$1' AND \"$1\" = $1"),
			 "a = " PLAN_TENANT " AND b = $12 AND c = '$1' AND \"$1\" = " PLAN_TENANT);
}

Test(plan, what_always_gives_one_row_is_told_from_a_list)
{
	struct plan_check check;

	(void)findings("SELECT count(*) FROM audit.inbox WHERE tenant_id = $1 AND event_id = $2",
		       true, &check);
	cr_expect(check.is_single);
	cr_expect_eq(check.n_met, 1);
	(void)findings("SELECT event_id FROM audit.inbox WHERE tenant_id = $1 AND event_id = $2",
		       true, &check);
	cr_expect(!check.is_single);
	/* Two lists under one Result. */
	(void)findings(
		"SELECT event_id, 1 FROM audit.inbox WHERE tenant_id = $1 AND $2 IS NOT NULL "
		"UNION ALL SELECT id, 2 FROM tenant.member WHERE tenant_id = $1",
		true, &check);
	cr_expect(!check.is_single);
}
