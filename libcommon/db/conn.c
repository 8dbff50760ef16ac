/* A connection's life: connect, back off, close. */
#include "db/conn.h"

#include <poll.h>

#include "base/log.h"
#include "db/queries.h"
#include "db_start/queries.h"
#include "internal.h"

#define BACK_OFF_FIRST MILLIS(50)
#define BACK_OFF_LAST  SECONDS(2)

struct db_conn *db_conn_new(const struct db_config *config,
			    const struct db_catalogue *const *catalogues, size_t n)
{
	struct arena *arena = arena_new((size_t)64 * 1024);
	struct db_conn *conn = arena_new_of(arena, struct db_conn);
	struct db_config *own = &conn->config;

	*own = *config;
	conn->arena = arena;
	own->conninfo = arena_strdup(arena, config->conninfo);
	own->role = config->role ? arena_strdup(arena, config->role) : NULL;
	own->password = config->password ? arena_strdup(arena, config->password) : NULL;
	own->application = arena_strdup(arena, config->application ? config->application : "aegis");
	own->schema = arena_strdup(arena, config->schema ? config->schema : "pg_catalog");
	own->connect_timeout_ms = config->connect_timeout_ms ? config->connect_timeout_ms : 5000;
	conn->catalogues = arena_array_of(arena, const struct db_catalogue *, n + 2);
	conn->catalogues[conn->n_catalogues++] = &db_queries;
	if (config->schema)
		conn->catalogues[conn->n_catalogues++] = &db_start_queries;
	for (size_t i = 0; i < n; i++)
		conn->catalogues[conn->n_catalogues++] = catalogues[i];
	return conn;
}

void db_conn_free(struct db_conn **conn)
{
	struct arena *arena;

	if (!*conn)
		return;
	wire_hang_up(*conn);
	arena = (*conn)->arena;
	arena_reset(arena, true); /* the password */
	arena_free(&arena);
	*conn = NULL;
}

bool db_conn_is_open(const struct db_conn *conn)
{
	return conn->pg != NULL;
}

/* Notices may quote values: they are counted as debug output without their text. */
static void drop_notice(void *arg, const PGresult *result)
{
	(void)arg;
	log_debug("database notice", KV("sqlstate", PQresultErrorField(result, PG_DIAG_SQLSTATE)));
}

static PGconn *start(const struct db_conn *conn)
{
	const struct db_config *config = &conn->config;
	char options[512];
	const char *keys[] = {"dbname",
			      "options",
			      "application_name",
			      "client_encoding",
			      "keepalives_idle",
			      "tcp_user_timeout",
			      "user",
			      "password",
			      NULL};
	const char *values[] = {config->conninfo, options,	    "",	 "UTF8", "30", "15000",
				config->role,	  config->password, NULL};

	values[2] = config->application;
	snprintf(options, sizeof options,
		 "-c search_path=%s -c plan_cache_mode=force_generic_plan -c jit=off "
		 "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000",
		 config->schema);
	return PQconnectStartParams(keys, values, 1);
}

static struct status wait_connected(struct db_conn *conn, instant give_up)
{
	PostgresPollingStatusType next = PGRES_POLLING_WRITING;

	while (next != PGRES_POLLING_OK) {
		struct pollfd fd = {.fd = PQsocket(conn->pg),
				    .events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT};
		instant left = give_up - instant_monotonic();

		if (left <= 0 || fd.fd < 0)
			return FAIL(DATABASE_UNAVAILABLE);
		poll(&fd, 1, (int)(left / MILLIS(1)) + 1);
		next = PQconnectPoll(conn->pg);
		if (next == PGRES_POLLING_FAILED)
			return FAIL(DATABASE_UNAVAILABLE);
	}
	return OK;
}

static struct status connect_now(struct db_conn *conn)
{
	instant give_up = instant_monotonic() + MILLIS(conn->config.connect_timeout_ms);
	struct status st;

	conn->pg = start(conn);
	if (!conn->pg || PQstatus(conn->pg) == CONNECTION_BAD)
		return FAIL(DATABASE_UNAVAILABLE);
	PQsetNoticeReceiver(conn->pg, drop_notice, NULL);
	st = wait_connected(conn, give_up);
	if (is_failed(st)) {
		/* libpq's text names host and role, never a password. */
		log_warn("database connection refused", KV("error", PQerrorMessage(conn->pg)));
		return st;
	}
	if (PQsetnonblocking(conn->pg, 1) < 0 || !PQenterPipelineMode(conn->pg))
		return wire_lost(conn);
	return db_prepare_all(conn, give_up);
}

struct status db_conn_open(struct db_conn *conn)
{
	struct status st;

	if (conn->pg)
		return OK;
	if (instant_monotonic() < conn->next_try)
		return FAIL(DATABASE_UNAVAILABLE);
	st = connect_now(conn);
	if (is_ok(st)) {
		conn->back_off = 0;
		return OK;
	}
	wire_hang_up(conn);
	conn->back_off = conn->back_off ? conn->back_off * 2 : BACK_OFF_FIRST;
	if (conn->back_off > BACK_OFF_LAST)
		conn->back_off = BACK_OFF_LAST;
	conn->next_try = instant_monotonic() + conn->back_off;
	return st;
}
