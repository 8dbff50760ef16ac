/* Questions that ride with the next flush: when they leave, what they see, how they fail. */
#include <pthread.h>
#include <sched.h>

#include "base/fault.h"
#include "db/schema.h"

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
	(void)tests;
	test_db_begin();
	make_schema("dbtest");
}

struct asking {
	struct uuid tenant, id;
	const char *name;
	int64_t seen;
	size_t n;
};

static struct status insert(struct tx *tx, void *arg)
{
	struct asking *asking = arg;

	return q_insert_item(tx, asking->id, asking->name);
}

static struct asking an_item(struct db_conn *conn)
{
	struct asking item = {.tenant = a_tenant(), .id = uuid_v7(instant_now()), .name = "pill"};

	expect_ok(in_tx(conn, DB_WRITE, item.tenant, insert, &item));
	return item;
}

static struct status ask_three(struct tx *tx, void *arg)
{
	struct asking *asking = arg;
	struct q_item_by_id_asked *one, *nobody;
	struct q_items_asked *all;
	struct q_item_row *row, *rows, *again;

	TRY(q_item_by_id_ask(tx, asking->id, &one));
	TRY(q_item_by_id_ask(tx, a_tenant(), &nobody));
	TRY(q_items_ask(tx, &all));
	TRY(q_items_take(tx, all, &rows, &asking->n));
	cr_expect(asking->n == 1 && strcmp(rows[0].name, asking->name) == 0);
	TRY(q_item_by_id_take(tx, one, &row));
	cr_expect(row && uuid_eq(row->id, asking->id));
	TRY(q_item_by_id_take(tx, nobody, &row));
	cr_expect_null(row);
	return q_items_take(tx, all, &again, &asking->n);
}

Test(ask, questions_leave_in_one_flush_and_are_answered_in_any_order)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	struct asking item = an_item(conn);

	for (enum db_kind kind = DB_READ; kind <= DB_WRITE; kind++) {
		/* The questions are the first flush, COMMIT the second. */
		fault_arm(FAULT_DB_SEND, 3);
		expect_ok(in_tx(conn, kind, item.tenant, ask_three, &item));
		cr_expect(fault_is_armed(FAULT_DB_SEND), "a flush too many");
		fault_arm(FAULT_DB_SEND, 0);
	}
	db_conn_free(&conn);
}

static struct status ask_behind_a_write(struct tx *tx, void *arg)
{
	struct asking *asking = arg;
	struct q_items_asked *before, *after;
	struct q_item_row *rows;
	struct q_total_row *total;
	size_t n;

	TRY(q_items_ask(tx, &before));
	TRY(q_insert_item_later(tx, uuid_v7(instant_now()), "another"));
	TRY(q_items_ask(tx, &after));
	/* A statement that is waited for takes the answers along. */
	TRY(q_total(tx, &total));
	fault_arm(FAULT_DB_SEND, 1);
	TRY(q_items_take(tx, before, &rows, &n));
	cr_expect_eq(n, 1);
	TRY(q_items_take(tx, after, &rows, &asking->n));
	fault_arm(FAULT_DB_SEND, 0);
	return OK;
}

Test(ask, a_question_sees_what_was_queued_before_it)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	struct asking item = an_item(conn);

	expect_ok(in_tx(conn, DB_WRITE, item.tenant, ask_behind_a_write, &item));
	cr_expect_eq(item.n, 2);
	cr_expect_eq(rows_of(item.tenant), 2);
	db_conn_free(&conn);
}

static struct status ask_slowly(struct tx *tx, void *arg)
{
	struct q_items_in_sight_asked *count;
	struct q_wait_asked *wait;
	struct q_total_row *row;

	TRY(q_wait_ask(tx, 2, &wait));
	TRY(q_items_in_sight_ask(tx, &count));
	TRY(q_items_in_sight_take(tx, count, &row));
	((struct asking *)arg)->seen = row->n;
	return OK;
}

struct slow {
	struct db_conn *conn;
	struct asking item;
	struct status status;
};

static void *run_slowly(void *arg)
{
	struct slow *slow = arg;
	struct db_tx how = {
		.kind = DB_WRITE, .tenant = slow->item.tenant, .arena = arena_new(1 << 20)};

	slow->status = db_run(slow->conn, &how, ask_slowly, &slow->item);
	arena_free(&how.arena);
	return NULL;
}

static void wait_until_asleep(void)
{
	instant give_up = instant_monotonic() + SECONDS(20);

	while (test_count("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND "
			  "datname = current_database()") == 0) {
		cr_assert_lt(instant_monotonic(), give_up);
		sched_yield();
	}
}

/* What the idempotency record is built on: it is read after its lock was had. */
Test(ask, each_question_of_a_flush_sees_what_was_committed_before_it_ran, .timeout = 60)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	struct slow slow = {.conn = test_conn("dbtest", &dbtest_queries)};
	pthread_t thread;

	slow.item =
		(struct asking){.tenant = a_tenant(), .id = uuid_v7(instant_now()), .name = "pill"};
	cr_assert_eq(pthread_create(&thread, NULL, run_slowly, &slow), 0);
	/* The first question is being answered, the second waits behind it. */
	wait_until_asleep();
	expect_ok(in_tx(conn, DB_WRITE, slow.item.tenant, insert, &slow.item));
	pthread_join(thread, NULL);
	expect_ok(slow.status);
	cr_expect_eq(slow.item.seen, 1);
	db_conn_free(&slow.conn);
	db_conn_free(&conn);
}

static struct status fail_between(struct tx *tx, void *arg)
{
	struct asking *asking = arg;
	struct q_items_asked *before, *behind;
	struct q_item_row *rows;
	struct status st;

	TRY(q_items_ask(tx, &before));
	TRY(q_insert_item_later(tx, asking->id, "the same id"));
	TRY(q_items_ask(tx, &behind));
	st = q_items_take(tx, behind, &rows, &asking->n);
	cr_expect_eq(st.code, STATUS_ALREADY_EXISTS);
	st = q_items_take(tx, before, &rows, &asking->n);
	cr_expect_eq(st.code, STATUS_ALREADY_EXISTS, "the first failure sticks");
	return q_insert_item_later(tx, uuid_v7(instant_now()), "never");
}

Test(ask, a_failure_among_the_queued_is_what_all_behind_it_hear)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	struct asking item = an_item(conn);

	expect_status(in_tx(conn, DB_WRITE, item.tenant, fail_between, &item),
		      STATUS_ALREADY_EXISTS, "ALREADY_EXISTS");
	cr_expect(db_conn_is_open(conn));
	cr_expect_eq(rows_of(item.tenant), 1);
	expect_ok(in_tx(conn, DB_READ, item.tenant, ask_three, &item));
	db_conn_free(&conn);
}

static struct status ask_for_nobody(struct tx *tx, void *arg)
{
	struct q_item_must_exist_asked *asked;

	TRY(q_item_must_exist_ask(tx, "nobody", &asked));
	*(struct q_item_must_exist_asked **)arg = asked;
	return OK;
}

static struct status must_exist(struct tx *tx, void *arg)
{
	struct q_item_must_exist_asked *asked;

	(void)arg;
	TRY(ask_for_nobody(tx, &asked));
	return q_item_must_exist_take(tx, asked, &(struct q_item_row *){NULL});
}

Test(ask, rows_are_checked_when_they_are_taken_and_only_then)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	struct q_item_must_exist_asked *untaken;

	expect_status(in_tx(conn, DB_WRITE, a_tenant(), must_exist, NULL), STATUS_INTERNAL,
		      "NO_ROW");
	expect_ok(in_tx(conn, DB_WRITE, a_tenant(), ask_for_nobody, &untaken));
	expect_ok(in_tx(conn, DB_READ, a_tenant(), ask_for_nobody, &untaken));
	expect_status(in_tx(conn, DB_ONE, a_tenant(), ask_for_nobody, &untaken), STATUS_INTERNAL,
		      "TX_MISUSE");
	db_conn_free(&conn);
}

#define MANY 1000

static struct status ask_many(struct tx *tx, void *arg)
{
	struct q_item_by_id_asked *asked[MANY];
	struct asking *asking = arg;
	struct q_item_row *row;

	for (size_t i = 0; i < MANY; i++)
		TRY(q_item_by_id_ask(tx, asking->id, &asked[i]));
	for (size_t i = 0; i < MANY; i++) {
		TRY(q_item_by_id_take(tx, asked[i], &row));
		asking->n += row != NULL;
	}
	return OK;
}

Test(ask, a_thousand_questions_have_a_thousand_answers, .timeout = 60)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	struct asking item = an_item(conn);

	expect_ok(in_tx(conn, DB_READ, item.tenant, ask_many, &item));
	cr_expect_eq(item.n, MANY);
	db_conn_free(&conn);
}

static struct status ask_and_write(struct tx *tx, void *arg)
{
	struct asking *asking = arg;
	struct q_total_asked *total;

	TRY(q_insert_item_later(tx, uuid_v7(instant_now()), "one"));
	TRY(q_total_ask(tx, &total));
	TRY(q_insert_item_later(tx, uuid_v7(instant_now()), "two"));
	TRY(q_total_take(tx, total, &(struct q_total_row *){NULL}));
	asking->n++;
	return OK;
}

Test(ask, an_injected_failure_hits_a_question_like_any_statement)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	struct uuid tenant = a_tenant();
	struct asking asking = {};

	for (unsigned k = 1; k <= 3; k++) {
		fault_arm(FAULT_DB_QUERY, k);
		expect_status(in_tx(conn, DB_WRITE, tenant, ask_and_write, &asking),
			      STATUS_INTERNAL, "FAULT_INJECTED");
		cr_expect(db_conn_is_open(conn));
	}
	cr_expect_eq(asking.n, 0);
	cr_expect_eq(rows_of(tenant), 0);
	expect_ok(in_tx(conn, DB_WRITE, tenant, ask_and_write, &asking));
	cr_expect_eq(rows_of(tenant), 2);
	db_conn_free(&conn);
}

static struct status ask_too_slowly(struct tx *tx, void *arg)
{
	struct q_items_asked *items;
	struct q_item_row *rows;
	struct q_wait_asked *wait;
	size_t n;

	(void)arg;
	TRY(q_wait_ask(tx, 20, &wait));
	TRY(q_items_ask(tx, &items));
	return q_items_take(tx, items, &rows, &n);
}

Test(ask, the_deadline_ends_a_question_and_spares_the_connection, .timeout = 60)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	struct db_tx how = {.kind = DB_READ,
			    .tenant = a_tenant(),
			    .arena = arena_new(1 << 20),
			    .deadline = instant_now() + MILLIS(200)};

	expect_status(db_run(conn, &how, ask_too_slowly, NULL), STATUS_DEADLINE_EXCEEDED,
		      "DEADLINE_EXCEEDED");
	cr_expect(db_conn_is_open(conn));
	arena_free(&how.arena);
	db_conn_free(&conn);
}
