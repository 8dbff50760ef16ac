/* Transactions: what is sent when, and what an answer means. */
#include "db/tx.h"

#include "base/log.h"
#include "internal.h"

#define DEFAULT_DEADLINE SECONDS(30)
#define MAX_TIMEOUT_MS	 60000
/* The server's statement_timeout answers first; this is for a server that is gone. */
#define GRACE SECONDS(2)

struct arena *tx_arena(const struct tx *tx)
{
	return tx->how->arena;
}

struct uuid tx_tenant(const struct tx *tx)
{
	return tx->how->tenant;
}

static struct status fail(struct tx *tx, struct status st)
{
	if (is_failed(st) && is_ok(tx->failed))
		tx->failed = st;
	return st;
}

static void note_sent(struct tx *tx, const struct db_query *query, struct db_asked *asked)
{
	tx->sent[tx->n_sent++] = (struct db_sent){query, asked};
}

static struct status send_own(struct tx *tx, const char *name, const char *const *values, int n)
{
	if (!PQsendQueryPrepared(tx->conn->pg, name, n, values, NULL, NULL, 1))
		return wire_lost(tx->conn);
	note_sent(tx, NULL, NULL);
	return OK;
}

/* The tenant, and what is left of the deadline, for this transaction alone. */
static struct status send_settings(struct tx *tx)
{
	char tenant[UUID_TEXT] = "", timeout[16];
	const char *values[] = {tenant, timeout};
	int64_t left_ms = (tx->deadline - instant_monotonic()) / MILLIS(1);

	if (left_ms > MAX_TIMEOUT_MS)
		left_ms = MAX_TIMEOUT_MS;
	snprintf(timeout, sizeof timeout, "%d", left_ms > 1 ? (int)left_ms : 1);
	if (!uuid_is_nil(tx->how->tenant))
		uuid_format(tenant, tx->how->tenant);
	return send_own(tx, DB_SQL_SETTINGS, values, 2);
}

static struct status begin(struct tx *tx)
{
	const char *how = tx->how->serializable	     ? DB_SQL_BEGIN_SERIALIZABLE
			  : tx->how->kind == DB_READ ? DB_SQL_BEGIN_READ
						     : DB_SQL_BEGIN_WRITE;

	tx->has_begun = true;
	if (tx->how->kind != DB_ONE)
		TRY(send_own(tx, how, NULL, 0));
	return send_settings(tx);
}

static const char *name_of(const struct db_query *query)
{
	return query ? query->statement : "aegis";
}

/* What one answer means; the rows of a question are kept for it. */
static struct status read_answer(struct tx *tx, const struct db_sent *sent, const PGresult *result)
{
	struct db_asked *asked = sent->asked;

	if (PQresultStatus(result) == PGRES_FATAL_ERROR)
		return db_result_status(tx->conn, result, name_of(sent->query));
	if (!asked)
		return OK;
	asked->has_come = true;
	return db_decode(tx->how->arena, sent->query, result, &asked->rows,
			 sent->query->rows == DB_ROWS_MANY ? &asked->n : NULL);
}

/*
 * Reads the answers to everything sent but the last leave; the first error counts:
 * the server skips what was queued behind it.
 */
static struct status take_sent(struct tx *tx, size_t leave)
{
	struct status st = OK;
	size_t i = 0;

	for (; i + leave < tx->n_sent; i++) {
		RESULT result = NULL;

		TRY(wire_take(tx->conn, tx->give_up, &result));
		if (is_ok(st))
			st = read_answer(tx, &tx->sent[i], result);
	}
	memmove(tx->sent, tx->sent + i, (tx->n_sent - i) * sizeof tx->sent[0]);
	tx->n_sent -= i;
	return st;
}

static struct status misuse(struct tx *tx, const struct db_query *query, const char *why)
{
	log_error("transaction misused", KV("statement", query->statement), KV("why", why));
	return fail(tx, FAIL(TX_MISUSE));
}

/* May this statement run here? */
static struct status check_use(struct tx *tx, const struct db_query *query)
{
	if (is_failed(tx->failed))
		return tx->failed;
	if (tx->is_spent)
		return misuse(tx, query, "a second statement in a ONE transaction");
	if (tx->how->kind != DB_WRITE && !query->is_read)
		return misuse(tx, query,
			      "a statement that writes or locks in a reading transaction");
	if (query->scope == DB_SCOPE_TENANT && uuid_is_nil(tx->how->tenant))
		return misuse(tx, query, "a tenant's statement without a tenant");
	if (instant_monotonic() >= tx->deadline)
		return fail(tx, FAIL(DEADLINE_EXCEEDED));
	if (fault_strikes(FAULT_DB_QUERY))
		return fail(tx, FAIL(FAULT_INJECTED));
	return OK;
}

static struct status send_query(struct tx *tx, const struct db_query *query, const void *args,
				struct db_asked *asked)
{
	struct db_params params;

	TRY(db_encode(tx->how->arena, query, tx->how->tenant, args, &params));
	if (!tx->has_begun)
		TRY(begin(tx));
	if (!PQsendQueryPrepared(tx->conn->pg, query->statement, params.n, params.values,
				 params.lengths, params.formats, 1))
		return wire_lost(tx->conn);
	note_sent(tx, query, asked);
	tx->has_written = tx->has_written || !query->is_read;
	return OK;
}

/* Everything queued leaves; the answers come in order, the last one is ours. */
static struct status exchange(struct tx *tx, const struct db_query *query, const void *args,
			      PGresult **result)
{
	bool is_one = tx->how->kind == DB_ONE;
	struct status st;

	TRY(send_query(tx, query, args, NULL));
	if (!(is_one ? PQpipelineSync(tx->conn->pg) : PQsendFlushRequest(tx->conn->pg)))
		return wire_lost(tx->conn);
	if (is_one) {
		tx->is_spent = true;
		tx->conn->unread_syncs++;
	}
	TRY(wire_flush(tx->conn, tx->give_up));
	st = take_sent(tx, 1);
	if (!tx->conn->pg)
		return st;
	TRY(wire_take(tx->conn, tx->give_up, result));
	tx->n_sent = 0;
	if (is_ok(st) && PQresultStatus(*result) == PGRES_FATAL_ERROR)
		st = db_result_status(tx->conn, *result, query->statement);
	if (is_one)
		TRY(wire_drain(tx->conn, tx->give_up));
	return st;
}

static struct status run(struct tx *tx, const struct db_query *query, const void *args,
			 PGresult **result)
{
	TRY(check_use(tx, query));
	return fail(tx, exchange(tx, query, args, result));
}

struct status db_fetch(struct tx *tx, const struct db_query *query, const void *args, void **rows,
		       size_t *n)
{
	RESULT result = NULL;

	TRY(run(tx, query, args, &result));
	return fail(tx, db_decode(tx->how->arena, query, result, rows, n));
}

struct status db_execute(struct tx *tx, const struct db_query *query, const void *args,
			 int64_t *affected)
{
	RESULT result = NULL;

	TRY(run(tx, query, args, &result));
	if (affected && !str_to_i64(str_of(PQcmdTuples(result)), affected))
		*affected = 0;
	return OK;
}

/* Everything queued leaves, and all its answers are read. */
static struct status settle(struct tx *tx)
{
	if (!PQsendFlushRequest(tx->conn->pg))
		return wire_lost(tx->conn);
	TRY(wire_flush(tx->conn, tx->give_up));
	return take_sent(tx, 0);
}

static struct status queue(struct tx *tx, const struct db_query *query, const void *args,
			   struct db_asked *asked)
{
	TRY(check_use(tx, query));
	if (tx->how->kind == DB_ONE)
		return misuse(tx, query, "a queued statement in a ONE transaction");
	if (tx->n_sent >= DB_QUEUE - 4)
		TRY(fail(tx, settle(tx)));
	return fail(tx, send_query(tx, query, args, asked));
}

struct status db_execute_later(struct tx *tx, const struct db_query *query, const void *args)
{
	return queue(tx, query, args, NULL);
}

struct status db_ask(struct tx *tx, const struct db_query *query, const void *args,
		     struct db_asked **asked)
{
	struct db_asked *own = arena_new_of(tx->how->arena, struct db_asked);

	TRY(queue(tx, query, args, own));
	*asked = own;
	return OK;
}

struct status db_take(struct tx *tx, const struct db_asked *asked, void **rows, size_t *n)
{
	if (is_failed(tx->failed))
		return tx->failed;
	if (!asked->has_come)
		TRY(fail(tx, settle(tx)));
	*rows = asked->rows;
	if (n)
		*n = asked->n;
	return OK;
}

/* After COMMIT left, only its answer tells what happened. */
static struct status unknown(const struct tx *tx, struct status st)
{
	if (tx->has_written &&
	    (st.code == STATUS_UNAVAILABLE || st.code == STATUS_DEADLINE_EXCEEDED))
		return FAIL(OUTCOME_UNKNOWN);
	return st;
}

static struct status take_commit(struct tx *tx)
{
	RESULT result = NULL;
	struct status st = take_sent(tx, 1);

	if (!tx->conn->pg)
		return st;
	TRY(wire_take(tx->conn, tx->give_up, &result));
	if (fault_strikes(FAULT_DB_COMMIT))
		return wire_lost(tx->conn);
	TRY(wire_drain(tx->conn, tx->give_up));
	if (is_failed(st))
		return st;
	if (PQresultStatus(result) == PGRES_FATAL_ERROR)
		return db_result_status(tx->conn, result, "aegis.commit");
	/* The server answers ROLLBACK to a COMMIT of something that had failed. */
	if (strcmp(PQcmdStatus(result), "COMMIT") != 0)
		return FAIL(COMMIT_REFUSED);
	return OK;
}

/* Rows that nobody took must not turn a COMMIT that is under way into a failure. */
static void forget_questions(struct tx *tx)
{
	for (size_t i = 0; i < tx->n_sent; i++)
		tx->sent[i].asked = NULL;
}

static struct status commit(struct tx *tx)
{
	if (!tx->has_begun || tx->how->kind == DB_ONE)
		return OK;
	forget_questions(tx);
	TRY(send_own(tx, DB_SQL_COMMIT, NULL, 0));
	if (!PQpipelineSync(tx->conn->pg))
		return unknown(tx, wire_lost(tx->conn));
	tx->conn->unread_syncs++;
	TRY(unknown(tx, wire_flush(tx->conn, tx->give_up)));
	/* Nothing hangs on the end of a plain read: its answer is read before the next use. */
	if (tx->how->kind == DB_READ && !tx->how->serializable && tx->n_sent == 1)
		return OK;
	return unknown(tx, take_commit(tx));
}

/* Answers are read before the next use.  After an error the server skips all up to a Sync. */
static void roll_back(struct tx *tx)
{
	struct db_conn *conn = tx->conn;
	bool is_sent;

	if (!conn->pg || !tx->has_begun || tx->how->kind == DB_ONE)
		return;
	is_sent = PQpipelineSync(conn->pg) &&
		  PQsendQueryPrepared(conn->pg, DB_SQL_ROLLBACK, 0, NULL, NULL, NULL, 1) &&
		  PQpipelineSync(conn->pg);
	conn->unread_syncs += 2;
	if (!is_sent || is_failed(wire_flush(conn, tx->give_up)))
		(void)wire_lost(conn);
}

/* A connection that died while idle is replaced before anything is sent on it. */
static struct status ready(struct db_conn *conn, instant give_up)
{
	if (conn->pg && conn->unread_syncs > 0 && is_failed(wire_drain(conn, give_up)))
		wire_hang_up(conn);
	if (conn->pg && !wire_is_alive(conn))
		wire_hang_up(conn);
	if (conn->pg && PQtransactionStatus(conn->pg) != PQTRANS_IDLE) {
		log_error("connection was left inside a transaction");
		wire_hang_up(conn);
	}
	return db_conn_open(conn);
}

static struct status run_and_end(struct tx *tx, struct status (*fn)(struct tx *tx, void *arg),
				 void *arg)
{
	struct status st = fn(tx, arg);

	if (is_ok(st) && is_failed(tx->failed)) {
		log_error("a failed statement was ignored", KV_STATUS(tx->failed));
		st = tx->failed;
	}
	if (is_ok(st))
		st = commit(tx);
	if (is_failed(st))
		roll_back(tx);
	return st;
}

struct status db_run(struct db_conn *conn, const struct db_tx *how,
		     struct status (*fn)(struct tx *tx, void *arg), void *arg)
{
	instant left = how->deadline ? how->deadline - instant_now() : DEFAULT_DEADLINE;
	instant now = instant_monotonic();
	struct tx tx = {.conn = conn, .how = how, .deadline = now + left};
	struct status st;

	tx.give_up = tx.deadline + GRACE;
	if (left <= 0)
		return FAIL(DEADLINE_EXCEEDED);
	if (conn->is_busy) {
		log_error("a transaction was opened inside another on one connection");
		return FAIL(TX_MISUSE);
	}
	TRY(ready(conn, tx.give_up));
	conn->is_busy = true;
	st = run_and_end(&tx, fn, arg);
	conn->is_busy = false;
	return st;
}
