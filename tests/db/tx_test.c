/* Transactions against a real server: isolation, commit and rollback, errors, deadlines. */
#include <stdlib.h>

#include "db/schema.h"

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
	(void)tests;
	test_db_begin();
	make_schema("dbtest");
}

static const struct db_constraint_map reasons[] = {{"item_name_key", REASON_PARTNER_EXISTS}, {}};

static struct db_conn *connect_with_reasons(void)
{
	struct db_config config = {.conninfo = test_db_conninfo(),
				   .role = "aegis_dbtest",
				   .schema = "dbtest",
				   .constraints = reasons};
	const struct db_catalogue *catalogue = &dbtest_queries;
	struct db_conn *conn = db_conn_new(&config, &catalogue, 1);

	cr_assert(is_ok(db_conn_open(conn)));
	return conn;
}

struct item {
	struct uuid id;
	const char *name;
	int64_t seen;
	struct q_item_row *row;
};

static struct status insert(struct tx *tx, void *arg)
{
	struct item *item = arg;

	return q_insert_item(tx, item->id, item->name);
}

static struct status insert_later(struct tx *tx, void *arg)
{
	struct item *item = arg;

	return q_insert_item_later(tx, item->id, item->name);
}

static struct status insert_and_refuse(struct tx *tx, void *arg)
{
	TRY(insert(tx, arg));
	return FAIL(NOT_COMPLETED);
}

static struct status find(struct tx *tx, void *arg)
{
	struct item *item = arg;

	return q_item_by_id(tx, item->id, &item->row);
}

static struct status look_around(struct tx *tx, void *arg)
{
	struct q_total_row *row;

	TRY(q_items_in_sight(tx, &row));
	((struct item *)arg)->seen = row->n;
	return OK;
}

static struct item an_item(const char *name)
{
	return (struct item){.id = uuid_v7(instant_now()), .name = name};
}

Test(tx, a_tenant_sees_its_own_row_and_nobody_elses)
{
	struct db_conn *conn = connect_with_reasons();
	struct uuid acme = a_tenant(), other = a_tenant();
	struct item item = an_item("pill");

	expect_ok(in_tx(conn, DB_WRITE, acme, insert, &item));
	for (enum db_kind kind = DB_ONE; kind <= DB_WRITE; kind++) {
		expect_ok(in_tx(conn, kind, acme, find, &item));
		cr_expect(item.row && strcmp(item.row->name, "pill") == 0);
		expect_ok(in_tx(conn, kind, other, find, &item));
		cr_expect_null(item.row);
	}
	db_conn_free(&conn);
}

Test(tx, without_a_tenant_nothing_is_visible_even_after_one_was_set)
{
	struct db_conn *conn = connect_with_reasons();
	struct uuid acme = a_tenant();
	struct item item = an_item("pill");

	expect_ok(in_tx(conn, DB_WRITE, acme, insert, &item));
	for (enum db_kind kind = DB_ONE; kind <= DB_WRITE; kind++) {
		expect_ok(in_tx(conn, kind, acme, look_around, &item));
		cr_expect_eq(item.seen, 1);
		expect_ok(in_tx(conn, kind, (struct uuid){}, look_around, &item));
		cr_expect_eq(item.seen, 0);
	}
	db_conn_free(&conn);
}

struct smuggling {
	struct uuid other;
};

static struct status smuggle(struct tx *tx, void *arg)
{
	struct smuggling *s = arg;

	return q_smuggle_item(tx, s->other, uuid_v7(instant_now()), "x");
}

Test(tx, a_row_cannot_be_written_for_another_tenant)
{
	struct db_conn *conn = connect_with_reasons();
	struct smuggling s = {a_tenant()};

	expect_status(in_tx(conn, DB_WRITE, a_tenant(), smuggle, &s), STATUS_PERMISSION_DENIED,
		      "DATABASE_PERMISSION");
	cr_expect_eq(rows_of(s.other), 0);
	db_conn_free(&conn);
}

Test(tx, a_refusal_rolls_back_and_the_connection_goes_on)
{
	struct db_conn *conn = connect_with_reasons();
	struct uuid acme = a_tenant();
	struct item item = an_item("pill");

	expect_status(in_tx(conn, DB_WRITE, acme, insert_and_refuse, &item),
		      STATUS_FAILED_PRECONDITION, "NOT_COMPLETED");
	cr_expect_eq(rows_of(acme), 0);
	expect_ok(in_tx(conn, DB_WRITE, acme, insert, &item));
	cr_expect_eq(rows_of(acme), 1);
	db_conn_free(&conn);
}

Test(tx, a_constraint_gives_the_services_reason)
{
	struct db_conn *conn = connect_with_reasons();
	struct uuid acme = a_tenant();
	struct item first = an_item("pill"), second = an_item("pill");

	expect_ok(in_tx(conn, DB_WRITE, acme, insert, &first));
	expect_status(in_tx(conn, DB_WRITE, acme, insert, &second), STATUS_ALREADY_EXISTS,
		      "PARTNER_EXISTS");
	expect_status(in_tx(conn, DB_WRITE, acme, insert, &first), STATUS_ALREADY_EXISTS,
		      "ALREADY_EXISTS");
	db_conn_free(&conn);
}

Test(tx, a_queued_statement_leaves_with_commit_and_its_error_fails_it)
{
	struct db_conn *conn = connect_with_reasons();
	struct uuid acme = a_tenant();
	struct item first = an_item("pill"), second = an_item("pill");

	expect_ok(in_tx(conn, DB_WRITE, acme, insert_later, &first));
	cr_expect_eq(rows_of(acme), 1);
	expect_status(in_tx(conn, DB_WRITE, acme, insert_later, &second), STATUS_ALREADY_EXISTS,
		      "PARTNER_EXISTS");
	expect_ok(in_tx(conn, DB_READ, acme, find, &first));
	cr_expect_not_null(first.row);
	db_conn_free(&conn);
}

static struct status ignore_failure(struct tx *tx, void *arg)
{
	struct item *item = arg;
	struct status st = q_insert_item(tx, item->id, item->name);
	struct q_item_row *row;

	cr_expect_eq(st.code, STATUS_ALREADY_EXISTS);
	st = q_item_by_id(tx, item->id, &row);
	cr_expect_eq(st.code, STATUS_ALREADY_EXISTS, "the first failure sticks");
	return OK;
}

Test(tx, a_failed_statement_cannot_be_swallowed)
{
	struct db_conn *conn = connect_with_reasons();
	struct uuid acme = a_tenant();
	struct item item = an_item("pill");

	expect_ok(in_tx(conn, DB_WRITE, acme, insert, &item));
	expect_status(in_tx(conn, DB_WRITE, acme, ignore_failure, &item), STATUS_ALREADY_EXISTS,
		      "ALREADY_EXISTS");
	expect_ok(in_tx(conn, DB_ONE, acme, find, &item));
	db_conn_free(&conn);
}

static struct status queue_many(struct tx *tx, void *arg)
{
	int n = *(int *)arg;
	char *name = arena_alloc(tx_arena(tx), 8192);
	struct q_total_row *total;

	memset(name, 'x', 8191);
	name[8191] = 0;
	for (int i = 0; i < n; i++) {
		name[0] = (char)('a' + i % 26);
		name[1] = (char)('a' + i / 26 % 26);
		name[2] = (char)('a' + i / 676);
		TRY(q_insert_item_later(tx, uuid_v7(instant_now()),
					arena_strdup(tx_arena(tx), name)));
	}
	return q_total(tx, &total);
}

Test(tx, thousands_of_queued_statements_do_not_deadlock, .timeout = 60)
{
	struct db_conn *conn = connect_with_reasons();
	struct uuid acme = a_tenant();
	int n = 2000;

	expect_ok(in_tx(conn, DB_WRITE, acme, queue_many, &n));
	cr_expect_eq(rows_of(acme), n);
	db_conn_free(&conn);
}

static struct status find_twice(struct tx *tx, void *arg)
{
	TRY(find(tx, arg));
	return find(tx, arg);
}

Test(tx, what_a_kind_does_not_allow_is_refused)
{
	struct db_conn *conn = connect_with_reasons();
	struct uuid acme = a_tenant();
	struct item item = an_item("pill");

	expect_status(in_tx(conn, DB_ONE, acme, insert, &item), STATUS_INTERNAL, "TX_MISUSE");
	expect_status(in_tx(conn, DB_READ, acme, insert, &item), STATUS_INTERNAL, "TX_MISUSE");
	expect_status(in_tx(conn, DB_READ, acme, insert_later, &item), STATUS_INTERNAL,
		      "TX_MISUSE");
	expect_status(in_tx(conn, DB_ONE, acme, find_twice, &item), STATUS_INTERNAL, "TX_MISUSE");
	expect_ok(in_tx(conn, DB_READ, acme, find_twice, &item));
	expect_status(in_tx(conn, DB_READ, (struct uuid){}, find, &item), STATUS_INTERNAL,
		      "TX_MISUSE");
	db_conn_free(&conn);
}

static struct status must_exist(struct tx *tx, void *arg)
{
	return q_item_must_exist(tx, arg, &(struct q_item_row *){NULL});
}

static struct status wrong_shape(struct tx *tx, void *arg)
{
	(void)arg;
	return q_wrong_shape(tx, &(struct q_wrong_row *){NULL});
}

static struct status null_name(struct tx *tx, void *arg)
{
	(void)arg;
	return q_insert_item(tx, a_tenant(), NULL);
}

Test(tx, broken_promises_are_internal_errors)
{
	struct db_conn *conn = connect_with_reasons();
	struct uuid acme = a_tenant();

	expect_status(in_tx(conn, DB_ONE, acme, must_exist, "nobody"), STATUS_INTERNAL, "NO_ROW");
	expect_status(in_tx(conn, DB_ONE, acme, wrong_shape, NULL), STATUS_INTERNAL, "ROW_SHAPE");
	expect_status(in_tx(conn, DB_WRITE, acme, null_name, NULL), STATUS_INTERNAL,
		      "NULL_ARGUMENT");
	expect_ok(in_tx(conn, DB_ONE, acme, look_around, &(struct item){}));
	db_conn_free(&conn);
}

static struct status nest(struct tx *tx, void *arg)
{
	struct item item = {};

	TRY(look_around(tx, &item));
	expect_status(in_tx(arg, DB_ONE, a_tenant(), look_around, &item), STATUS_INTERNAL,
		      "TX_MISUSE");
	return look_around(tx, &item);
}

Test(tx, a_transaction_inside_another_on_one_connection_is_refused)
{
	struct db_conn *conn = connect_with_reasons();

	expect_ok(in_tx(conn, DB_READ, a_tenant(), nest, conn));
	db_conn_free(&conn);
}

static struct status wait_long(struct tx *tx, void *arg)
{
	(void)arg;
	return q_wait(tx, 20, &(struct q_waited_row *){NULL});
}

Test(tx, the_deadline_ends_a_statement_and_spares_the_connection, .timeout = 20)
{
	struct db_conn *conn = connect_with_reasons();
	instant before = instant_monotonic();

	for (enum db_kind kind = DB_ONE; kind <= DB_WRITE; kind++) {
		struct db_tx how = {.kind = kind,
				    .arena = arena_new(1 << 20),
				    .deadline = instant_now() + MILLIS(200)};

		expect_status(db_run(conn, &how, wait_long, NULL), STATUS_DEADLINE_EXCEEDED,
			      "DEADLINE_EXCEEDED");
		cr_expect(db_conn_is_open(conn));
		arena_free(&how.arena);
	}
	cr_expect_lt(instant_monotonic() - before, SECONDS(5));
	expect_ok(in_tx(conn, DB_ONE, a_tenant(), look_around, &(struct item){}));
	db_conn_free(&conn);
}

Test(tx, a_call_that_is_late_already_sends_nothing)
{
	struct db_conn *conn = connect_with_reasons();
	struct arena *arena = arena_new(1 << 20);
	struct db_tx how = {.kind = DB_ONE, .arena = arena, .deadline = instant_now() - 1};

	expect_status(db_run(conn, &how, wait_long, NULL), STATUS_DEADLINE_EXCEEDED,
		      "DEADLINE_EXCEEDED");
	arena_free(&arena);
	db_conn_free(&conn);
}
