/* Two transactions at once: serialization failures and advisory locks. */
#include "db/schema.h"

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
	(void)tests;
	test_db_begin();
	make_schema("dbtest");
}

static struct status insert_counter(struct tx *tx, void *arg)
{
	return q_insert_item(tx, *(struct uuid *)arg, "counter");
}

struct race {
	struct db_conn *rival;
	struct uuid tenant, id;
	bool has_rival_run;
};

static struct status read_then_add(struct tx *tx, void *arg);

static struct status run_rival(struct race *race)
{
	struct race rival = {.id = race->id, .has_rival_run = true};
	struct arena *arena = arena_new(1 << 20);
	struct db_tx how = {
		.kind = DB_WRITE, .tenant = race->tenant, .arena = arena, .serializable = true};
	struct status st = db_run(race->rival, &how, read_then_add, &rival);

	arena_free(&arena);
	return st;
}

static struct status read_then_add(struct tx *tx, void *arg)
{
	struct race *race = arg;
	struct q_total_row *total;
	int64_t n;

	TRY(q_total(tx, &total));
	if (!race->has_rival_run)
		TRY(run_rival(race));
	return q_add_to_item(tx, race->id, total->n + 1, &n);
}

Test(race, a_serialization_failure_asks_to_be_run_again)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	struct race race = {.rival = test_conn("dbtest", &dbtest_queries), .tenant = a_tenant()};
	struct uuid id = uuid_v7(instant_now());
	struct arena *arena = arena_new(1 << 20);
	struct db_tx how = {
		.kind = DB_WRITE, .tenant = race.tenant, .arena = arena, .serializable = true};
	struct status st;

	race.id = id;
	expect_ok(in_tx(conn, DB_WRITE, race.tenant, insert_counter, &id));
	st = db_run(conn, &how, read_then_add, &race);
	expect_status(st, STATUS_ABORTED, "SERIALIZATION_FAILURE");
	cr_expect(db_is_serialization_failure(st));
	race.has_rival_run = true;
	expect_ok(db_run(conn, &how, read_then_add, &race));
	arena_free(&arena);
	db_conn_free(&race.rival);
	db_conn_free(&conn);
}

static struct status lock_seven(struct tx *tx, void *arg)
{
	struct q_lock_row *row;

	TRY(q_try_lock(tx, 7, &row));
	*(bool *)arg = row->is_mine;
	return OK;
}

struct lock_test {
	struct db_conn *rival;
	bool mine, rivals;
};

static struct status lock_both(struct tx *tx, void *arg)
{
	struct lock_test *test = arg;

	TRY(lock_seven(tx, &test->mine));
	return in_tx(test->rival, DB_WRITE, (struct uuid){}, lock_seven, &test->rivals);
}

Test(race, an_advisory_lock_ends_with_its_transaction)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	struct lock_test test = {.rival = test_conn("dbtest", &dbtest_queries)};

	expect_ok(in_tx(conn, DB_WRITE, (struct uuid){}, lock_both, &test));
	cr_expect(test.mine && !test.rivals);
	expect_ok(in_tx(test.rival, DB_WRITE, (struct uuid){}, lock_seven, &test.rivals));
	cr_expect(test.rivals);
	db_conn_free(&test.rival);
	db_conn_free(&conn);
}
