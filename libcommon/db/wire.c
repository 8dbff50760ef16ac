/*
 * Bytes to and from the server, never blocking but in poll(2).  Reading goes on
 * while writing, or deep pipelines deadlock with both buffers full.
 */
#include <errno.h>
#include <poll.h>

#include "base/log.h"
#include "internal.h"

void wire_hang_up(struct db_conn *conn)
{
	if (conn->pg)
		PQfinish(conn->pg);
	conn->pg = NULL;
	conn->unread_syncs = 0;
}

struct status wire_lost(struct db_conn *conn)
{
	if (conn->pg) {
		log_warn("database connection lost", KV("role", PQuser(conn->pg)));
		wire_hang_up(conn);
	}
	return FAIL(DATABASE_UNAVAILABLE);
}

static struct status too_late(struct db_conn *conn)
{
	log_warn("database does not answer in time", KV("role", PQuser(conn->pg)));
	wire_hang_up(conn);
	return FAIL(DEADLINE_EXCEEDED);
}

/* Waits for the socket and reads what has come. */
static struct status wait_and_read(struct db_conn *conn, short events, instant give_up)
{
	struct pollfd fd = {.fd = PQsocket(conn->pg), .events = events};
	instant left = give_up - instant_monotonic();
	int n;

	if (left <= 0)
		return too_late(conn);
	n = poll(&fd, 1, (int)(left / MILLIS(1)) + 1);
	if (n < 0 && errno != EINTR)
		return wire_lost(conn);
	if (n > 0 && (fd.revents & (POLLIN | POLLERR | POLLHUP)) && !PQconsumeInput(conn->pg))
		return wire_lost(conn);
	return OK;
}

struct status wire_flush(struct db_conn *conn, instant give_up)
{
	int left;

	if (fault_strikes(FAULT_DB_SEND))
		return wire_lost(conn);
	while ((left = PQflush(conn->pg)) > 0)
		TRY(wait_and_read(conn, POLLIN | POLLOUT, give_up));
	return left < 0 ? wire_lost(conn) : OK;
}

static struct status wait_result(struct db_conn *conn, instant give_up)
{
	while (PQisBusy(conn->pg)) {
		int left = PQflush(conn->pg);

		if (left < 0)
			return wire_lost(conn);
		TRY(wait_and_read(conn, left ? POLLIN | POLLOUT : POLLIN, give_up));
	}
	return OK;
}

struct status wire_take(struct db_conn *conn, instant give_up, PGresult **result)
{
	PGresult *found, *end;

	if (fault_strikes(FAULT_DB_RECEIVE))
		return wire_lost(conn);
	TRY(wait_result(conn, give_up));
	found = PQgetResult(conn->pg);
	if (!found)
		return wire_lost(conn);
	if (PQresultStatus(found) != PGRES_PIPELINE_SYNC) {
		struct status st = wait_result(conn, give_up);

		if (is_failed(st)) {
			PQclear(found);
			return st;
		}
		end = PQgetResult(conn->pg);
		PQclear(end);
	}
	if (PQstatus(conn->pg) == CONNECTION_BAD) {
		PQclear(found);
		return wire_lost(conn);
	}
	*result = found;
	return OK;
}

struct status wire_drain(struct db_conn *conn, instant give_up)
{
	while (conn->unread_syncs > 0) {
		RESULT result = NULL;

		TRY(wire_take(conn, give_up, &result));
		if (PQresultStatus(result) == PGRES_PIPELINE_SYNC)
			conn->unread_syncs--;
	}
	return OK;
}

bool wire_is_alive(struct db_conn *conn)
{
	struct pollfd fd = {.fd = PQsocket(conn->pg), .events = POLLIN};

	/* An idle server speaks up to report a setting, or to say goodbye and hang up. */
	while (PQstatus(conn->pg) != CONNECTION_BAD && poll(&fd, 1, 0) > 0)
		if (!PQconsumeInput(conn->pg) || PQisBusy(conn->pg))
			return false;
	return PQstatus(conn->pg) != CONNECTION_BAD;
}

struct status db_result_status(const struct db_conn *conn, const PGresult *result, const char *name)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
	struct status st = sqlstate_status(sqlstate ? sqlstate : "08006", constraint,
					   conn->config.constraints);

	/* Messages of these classes speak of the schema, not of values. */
	if (st.code == STATUS_INTERNAL || st.code == STATUS_PERMISSION_DENIED ||
	    st.code == STATUS_RESOURCE_EXHAUSTED)
		log_error("statement failed", KV("statement", name ? name : "-"),
			  KV("sqlstate", sqlstate ? sqlstate : "-"),
			  KV("error", PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)));
	return st;
}
