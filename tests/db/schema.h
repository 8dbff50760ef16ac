#pragma once

/* The schema dbtest in the binary's own database, and short ways to use it. */
#include <criterion/criterion.h>

#include "base/uuid.h"
#include "db/migrate.h"
#include "db/tx.h"
#include "dbtest/queries.h"
#include "support/test_db.h"

/* Applies tests/db/sql/0001_items.sql to schema svc of the binary's database. */
void make_schema(const char *svc);

/* A migration whose text is sql, with its checksum; lives until exit. */
struct db_migration a_migration(int version, const char *name, const char *sql);

/* Statuses compare by code and reason. */
void expect_ok(struct status st);
void expect_status(struct status st, enum status_code code, const char *reason);

/* Runs fn once in a transaction with a fresh arena that lasts until exit. */
struct status in_tx(struct db_conn *conn, enum db_kind kind, struct uuid tenant,
		    struct status (*fn)(struct tx *tx, void *arg), void *arg);

struct uuid a_tenant(void);
/* Rows of dbtest.item of this tenant, counted by the superuser. */
int64_t rows_of(struct uuid tenant);
