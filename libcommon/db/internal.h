#pragma once

/* What the files of this library share.  Nobody else includes it. */
#include <libpq-fe.h>

#include "base/arena.h"
#include "base/fault.h"
#include "db/conn.h"
#include "db/query.h"
#include "db/tx.h"

#define DB_MAX_PARAMS 40
/* Answers not read yet; beyond it queued statements wait for their answers. */
#define DB_QUEUE 256

struct db_conn {
	struct arena *arena; /* configuration, as long as the connection object */
	struct db_config config;
	const struct db_catalogue **catalogues;
	size_t n_catalogues;
	PGconn *pg;	       /* NULL while closed */
	unsigned unread_syncs; /* ends of former transactions still to be read */
	instant next_try;      /* monotonic */
	instant back_off;      /* length of the next pause */
	bool is_busy;	       /* inside db_run */
};

/* A question and, once they were read, its rows; in the transaction's arena. */
struct db_asked {
	bool has_come;
	void *rows;
	size_t n;
};

/* A statement sent whose answer was not read. */
struct db_sent {
	const struct db_query *query; /* NULL for our own */
	struct db_asked *asked;	      /* NULL when no rows are wanted */
};

struct tx {
	struct db_conn *conn;
	const struct db_tx *how;
	instant give_up;  /* monotonic: the deadline and a grace for the server's own timeout */
	instant deadline; /* monotonic */
	bool has_begun;
	bool has_written;
	bool is_spent;	      /* ONE: its statement has run */
	struct status failed; /* sticks */
	struct db_sent sent[DB_QUEUE];
	size_t n_sent;
};

/* A statement's parameters, ready for PQsendQueryPrepared. */
struct db_params {
	int n;
	const char *values[DB_MAX_PARAMS];
	int lengths[DB_MAX_PARAMS];
	int formats[DB_MAX_PARAMS];
};

/* Statements of the library itself, prepared at every connect. */
#define DB_SQL_BEGIN_READ	  "aegis.begin_read"
#define DB_SQL_BEGIN_WRITE	  "aegis.begin_write"
#define DB_SQL_BEGIN_SERIALIZABLE "aegis.begin_serializable"
#define DB_SQL_SETTINGS		  "aegis.settings"
#define DB_SQL_COMMIT		  "aegis.commit"
#define DB_SQL_ROLLBACK		  "aegis.rollback"

/* Every list has this shape; copied from and to the typed one. */
struct db_list {
	const void *items;
	size_t n;
};

/* encode.c: what the items of a list are and how large; false when type is no list. */
bool db_is_list(enum db_type type, enum db_type *element, size_t *size);

/* encode.c: binary parameters in the arena.  INTERNAL/NULL_ARGUMENT. */
struct status db_encode(struct arena *arena, const struct db_query *query, struct uuid tenant,
			const void *args, struct db_params *params);
/* The type's OID for PREPARE. */
Oid db_type_oid(enum db_type type);

/* decode.c: the rows of a result in the arena.  INTERNAL/ROW_SHAPE, /NO_ROW, /TOO_MANY_ROWS. */
struct status db_decode(struct arena *arena, const struct db_query *query, const PGresult *result,
			void **rows, size_t *n);

/* prepare.c: prepares everything and checks the role, on a fresh connection. */
struct status db_prepare_all(struct db_conn *conn, instant give_up);

/*
 * wire.c: bytes.  All give UNAVAILABLE/DATABASE_UNAVAILABLE, after closing the
 * connection, when it broke; DEADLINE_EXCEEDED/DEADLINE_EXCEEDED, also closing
 * it, when give_up (monotonic) passed.
 */
struct status wire_flush(struct db_conn *conn, instant give_up);
/* The next answer, never NULL; the separator after it is consumed. */
struct status wire_take(struct db_conn *conn, instant give_up, PGresult **result);
/* Reads on until all Syncs of former transactions are passed. */
struct status wire_drain(struct db_conn *conn, instant give_up);
/* Closes the connection; nothing when it is closed.  db_conn_open() opens it again. */
void wire_hang_up(struct db_conn *conn);
/* The connection is of no more use: closes it, and says so in the log. */
struct status wire_lost(struct db_conn *conn);
/* True when an idle connection still seems to stand. */
bool wire_is_alive(struct db_conn *conn);

/* The status of an error answer; logs what nobody can foresee.  name is for the log. */
struct status db_result_status(const struct db_conn *conn, const PGresult *result,
			       const char *name);

static inline void clear_result(PGresult **result)
{
	PQclear(*result);
}
#define RESULT __attribute__((cleanup(clear_result))) PGresult *
