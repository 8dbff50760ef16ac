#pragma once

/*
 * Transactions.  A function runs inside one; OK commits, anything else rolls
 * back.  The tenant is set with set_config(…, true) inside the transaction and
 * is gone with it.
 *
 *   ONE    set_config, the statement and Sync leave in one flush: an implicit
 *          transaction, one round trip
 *   READ   BEGIN READ ONLY and set_config ride with the first statement
 *   WRITE  the same; queued statements and COMMIT leave in one flush
 */
#include "base/arena.h"
#include "base/instant.h"
#include "base/status.h"
#include "base/uuid.h"
#include "db/conn.h"

/* The tenant of events that belong to no customer. */
#define DB_PLATFORM_TENANT "00000000-0000-7000-8000-000000000001"

enum db_kind { DB_ONE, DB_READ, DB_WRITE };

struct db_tx {
	enum db_kind kind;
	struct uuid tenant;  /* nil: none is set, tenant tables show nothing */
	struct arena *arena; /* rows land here */
	instant deadline;    /* absolute wall clock; 0: 30 s from now */
	bool serializable;
};

/*
 * Runs fn in a transaction on conn, connecting first if need be.  fn's status
 * decides and is returned; it must not keep tx.  Nothing is sent for a function
 * that runs no statement.
 *
 * Besides fn's: UNAVAILABLE/DATABASE_UNAVAILABLE (nothing was committed; safe to
 * repeat), INTERNAL/TX_MISUSE (fn opened another on the same connection),
 * UNAVAILABLE/OUTCOME_UNKNOWN (the connection broke while COMMIT was
 * under way), DEADLINE_EXCEEDED/DEADLINE_EXCEEDED, ABORTED/SERIALIZATION_FAILURE
 * (run it again with a fresh arena), and what the commit itself answers.
 */
struct status db_run(struct db_conn *conn, const struct db_tx *how,
		     struct status (*fn)(struct tx *tx, void *arg), void *arg);

/* The arena given to db_run, and its tenant. */
struct arena *tx_arena(const struct tx *tx);
struct uuid tx_tenant(const struct tx *tx);
