/*
 * Broken connections: at every send and every receive of a transaction, at its
 * commit, while idle, and when the server restarts without a word.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/fault.h"
#include "db/schema.h"

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
	(void)tests;
	test_db_begin();
	make_schema("dbtest");
}

#define MAX_EVENTS 40

static struct status write_three(struct tx *tx, void *arg)
{
	struct q_total_asked *asked;
	struct q_total_row *total;

	(void)arg;
	TRY(q_insert_item(tx, uuid_v7(instant_now()), "one"));
	TRY(q_total(tx, &total));
	TRY(q_total_ask(tx, &asked));
	TRY(q_total_take(tx, asked, &total));
	TRY(q_insert_item_later(tx, uuid_v7(instant_now()), "two"));
	return q_insert_item_later(tx, uuid_v7(instant_now()), "three");
}

static struct status count(struct tx *tx, void *arg)
{
	struct q_total_row *row;

	TRY(q_items_in_sight(tx, &row));
	*(int64_t *)arg = row->n;
	return OK;
}

/* All or nothing, whatever broke; and success is only said when all is there. */
static bool one_fault(struct db_conn *conn, enum fault kind, unsigned k)
{
	struct uuid tenant = a_tenant();
	struct status st;
	int64_t rows;
	bool was_hit;

	fault_arm(kind, k);
	st = in_tx(conn, DB_WRITE, tenant, write_three, NULL);
	was_hit = !db_conn_is_open(conn) || is_failed(st);
	fault_arm(kind, 0);
	rows = rows_of(tenant);
	cr_expect(rows == 0 || rows == 3, "%d rows after fault %u", (int)rows, k);
	if (is_ok(st))
		cr_expect_eq(rows, 3);
	else
		cr_expect(st.code == STATUS_UNAVAILABLE, "%s %s", status_code_name(st.code),
			  reason_name(st.reason));
	if (is_failed(st) && st.reason != REASON_OUTCOME_UNKNOWN)
		cr_expect_eq(rows, 0, "a known failure left rows at %u", k);
	expect_ok(in_tx(conn, DB_ONE, tenant, count, &rows));
	return was_hit;
}

static void fault_loop(enum fault kind)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	unsigned k = 1;

	while (k < MAX_EVENTS && one_fault(conn, kind, k))
		k++;
	cr_expect(k > 2 && k < MAX_EVENTS, "%u events", k);
	db_conn_free(&conn);
}

Test(fault, a_lost_connection_at_any_send_leaves_all_or_nothing, .timeout = 60)
{
	fault_loop(FAULT_DB_SEND);
}

Test(fault, a_lost_connection_at_any_receive_leaves_all_or_nothing, .timeout = 60)
{
	fault_loop(FAULT_DB_RECEIVE);
}

Test(fault, a_lost_answer_to_commit_is_an_unknown_outcome)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	struct uuid tenant = a_tenant();

	fault_arm(FAULT_DB_COMMIT, 1);
	expect_status(in_tx(conn, DB_WRITE, tenant, write_three, NULL), STATUS_UNAVAILABLE,
		      "OUTCOME_UNKNOWN");
	cr_expect_eq(rows_of(tenant), 3);
	db_conn_free(&conn);
}

Test(fault, an_injected_statement_failure_rolls_back_and_keeps_the_connection)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	struct uuid tenant = a_tenant();

	fault_arm(FAULT_DB_QUERY, 2);
	expect_status(in_tx(conn, DB_WRITE, tenant, write_three, NULL), STATUS_INTERNAL,
		      "FAULT_INJECTED");
	cr_expect(db_conn_is_open(conn));
	cr_expect_eq(rows_of(tenant), 0);
	db_conn_free(&conn);
}

/* A connection that the test can find on the server and end. */
static struct db_conn *connect_victim(const char *name)
{
	struct db_config config = {.conninfo = test_db_conninfo(),
				   .role = "aegis_dbtest",
				   .schema = "dbtest",
				   .application = name};
	const struct db_catalogue *catalogue = &dbtest_queries;
	struct db_conn *conn = db_conn_new(&config, &catalogue, 1);

	cr_assert(is_ok(db_conn_open(conn)));
	return conn;
}

/* Returns when the server process is gone. */
static void kill_victim(const char *name)
{
	cr_assert_str_eq(test_value("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
				    "WHERE application_name = '%s'",
				    name),
			 "t");
}

Test(fault, a_connection_that_died_while_idle_is_replaced_unnoticed)
{
	struct db_conn *conn = connect_victim("idle victim");
	struct uuid tenant = a_tenant();
	int64_t rows = 0;

	for (int i = 0; i < 3; i++) {
		kill_victim("idle victim");
		expect_ok(in_tx(conn, DB_ONE, tenant, count, &rows));
	}
	db_conn_free(&conn);
}

static struct status die_between(struct tx *tx, void *arg)
{
	struct q_total_row *total;

	TRY(q_insert_item(tx, uuid_v7(instant_now()), "one"));
	kill_victim("busy victim");
	(void)arg;
	return q_total(tx, &total);
}

Test(fault, a_connection_that_dies_inside_a_transaction_is_unavailable_and_comes_back)
{
	struct db_conn *conn = connect_victim("busy victim");
	struct uuid tenant = a_tenant();
	int64_t rows = 0;

	expect_status(in_tx(conn, DB_WRITE, tenant, die_between, NULL), STATUS_UNAVAILABLE,
		      "DATABASE_UNAVAILABLE");
	cr_expect_eq(rows_of(tenant), 0);
	expect_ok(in_tx(conn, DB_ONE, tenant, count, &rows));
	db_conn_free(&conn);
}

/* A server of its own, for the shared one must not stop. */
struct own_server {
	char dir[128];
	char conninfo[256];
};

static void servers(const char *command, const struct own_server *server)
{
	char line[600];

	snprintf(line, sizeof line, "%s/tests/support/servers.sh %s %s", getenv("AEGIS_SOURCE"),
		 command, server->dir);
	cr_assert_eq(system(line), 0, "%s", line);
}

static void start_own_server(struct own_server *server)
{
	char path[256], line[256] = "";
	FILE *in;

	snprintf(server->dir, sizeof server->dir, "%s/servers-restart", getenv("AEGIS_BUILD"));
	servers("pg-up", server);
	snprintf(path, sizeof path, "%s/servers.env", server->dir);
	in = fopen(path, "r");
	cr_assert(in && fgets(line, sizeof line, in));
	fclose(in);
	line[strcspn(line, "\n")] = 0;
	snprintf(server->conninfo, sizeof server->conninfo, "%s dbname=postgres",
		 strchr(line, '=') + 1);
}

static struct status ask_budget(struct db_conn *conn)
{
	struct db_budget budget;
	struct status st = db_conn_budget(conn, &budget);

	if (is_ok(st))
		cr_expect_eq(budget.max_connections, 200);
	return st;
}

Test(fault, after_a_crash_of_the_server_the_connection_comes_back, .timeout = 120)
{
	struct own_server server;
	struct db_config config = {.conninfo = server.conninfo, .is_operator = true};
	struct db_conn *conn;
	instant give_up;
	struct status st;

	start_own_server(&server);
	conn = db_conn_new(&config, NULL, 0);
	expect_ok(ask_budget(conn));
	servers("pg-restart", &server);
	give_up = instant_monotonic() + SECONDS(30);
	do
		st = ask_budget(conn);
	while (is_failed(st) && instant_monotonic() < give_up);
	expect_ok(st);
	servers("down", &server);
	expect_status(ask_budget(conn), STATUS_UNAVAILABLE, "DATABASE_UNAVAILABLE");
	db_conn_free(&conn);
}
