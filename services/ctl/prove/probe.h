#pragma once

/*
 * The statements that try one tenant table, as a daemon's own role and through
 * the daemons' own transactions.  Their SQL is made by isolation_probes
 * (sql/isolation.sql); here it becomes a catalogue like a generated one.
 */
#include "isolation_operator/queries.h"
#include "prove.h"

/* The tenant tables of the manifest that exist, in the order of their schemas. */
struct tenant_tables {
	const struct q_isolation_probe_row *rows;
	size_t n;
};
struct status proof_tenant_tables(const struct proof *proof, struct tenant_tables *tables);

/* A statement of one row with one JSON value: a plan, a row. */
struct probe_text {
	struct str text;
};
struct db_query probe_of_text(struct arena *arena, const char *name, const char *sql,
			      bool has_tenant);

struct probe_count {
	int64_t n;	/* rows seen */
	int64_t others; /* of them, those that are not the given tenant's */
};

enum probe_kind { PROBE_OWN, PROBE_SEEN, PROBE_PUT, PROBE_GIVE, PROBE_TOUCH, PROBE_TAKE, PROBES };

/* The n tables of one schema. */
struct probes {
	const char *service;
	const struct q_isolation_probe_row *tables;
	size_t n;
	struct db_query *queries; /* n of each kind: [kind * n + table] */
	struct db_catalogue catalogue;
	struct db_conn *conn;
};

/*
 * Makes the statements from and up to kind `last` of the tables; the arena must
 * outlive the connection that prepares them.
 */
void probes_make(struct arena *arena, struct probes *probes, enum probe_kind first,
		 enum probe_kind last);

/*
 * Looks once, in a transaction of its own.  The statuses of db_run();
 * PERMISSION_DENIED when the role may not look.
 */
struct status probe_look(const struct probes *probes, size_t table, enum probe_kind kind,
			 const struct db_tx *how, struct uuid tenant, struct probe_count *count);

/* What came of a write, which is rolled back whatever comes of it. */
struct probe_outcome {
	struct status st; /* OK: the statement ran */
	int64_t affected;
};
struct status probe_write(const struct probes *probes, size_t table, enum probe_kind kind,
			  const struct db_tx *how, struct uuid tenant,
			  struct probe_outcome *outcome);
