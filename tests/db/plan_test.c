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

/* The findings about a statement of two arguments, the tenant and another uuid. */
static size_t findings(const char *sql, bool has_tenant, struct plan_check *check)
{
	PGresult *result;
	json_t *plan;
	size_t n;

	PQclear(run("DEALLOCATE ALL", PGRES_COMMAND_OK));
	PQclear(run(arena_printf(arena, "PREPARE s (uuid, uuid) AS %s", sql), PGRES_COMMAND_OK));
	result = run("EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE s (NULL, NULL)", PGRES_TUPLES_OK);
	plan = json_loads(PQgetvalue(result, 0, 0), 0, NULL);
	PQclear(result);
	cr_assert(plan);
	*check = (struct plan_check){.tables = tables,
				     .n_tables = 2,
				     .statement = "s",
				     .has_tenant = has_tenant,
				     .findings = json_array()};
	plan_check(check, plan);
	n = json_array_size(check->findings);
	json_decref(check->findings);
	json_decref(plan);
	return n;
}

Test(plan, statements_held_to_their_tenant_pass)
{
	static const struct {
		const char *sql;
		int64_t scans, inserts;
	} good[] = {
		{"SELECT id FROM audit.outbox WHERE tenant_id = $1 AND id = $2", 1, 0},
		{"SELECT id FROM audit.outbox o WHERE $1 = o.tenant_id AND (id = $2 OR seq > 1)", 1,
		 0},
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
		{"SELECT EXISTS (SELECT 1 FROM audit.inbox WHERE tenant_id = $1 AND event_id = $2)",
		 1, 0},
		{"UPDATE audit.outbox SET attempts = 1 WHERE tenant_id = $1 AND id = $2", 1, 0},
		{"DELETE FROM audit.inbox WHERE tenant_id = $1 AND event_id = $2", 1, 0},
		{"INSERT INTO audit.inbox (event_id, tenant_id, consumer, received_at) "
		 "VALUES ($2, $1, 'x', '2026-01-01') ON CONFLICT DO NOTHING",
		 0, 1},
		{"INSERT INTO audit.inbox (tenant_id, event_id, consumer, received_at) "
		 "SELECT $1, id, 'x', created_at FROM audit.outbox WHERE tenant_id = $1 AND id = "
		 "$2",
		 1, 1},
	};
	struct plan_check check;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		cr_expect_eq(findings(good[i].sql, true, &check), 0, "%s", good[i].sql);
		cr_expect_eq(check.count.scans, good[i].scans, "%s", good[i].sql);
		cr_expect_eq(check.count.inserts, good[i].inserts, "%s", good[i].sql);
		cr_expect_gt(findings(good[i].sql, false, &check), 0, "%s", good[i].sql);
	}
}

Test(plan, each_way_to_forget_the_tenant_is_found)
{
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
	};
	struct plan_check check;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_expect_gt(findings(bad[i], true, &check), 0, "%s", bad[i]);
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
}
