#pragma once

/*
 * A plan as EXPLAIN (VERBOSE, FORMAT JSON) writes it: is every tenant table in it
 * held to the tenant?  The verdict is the statement's: whichever plan the planner
 * chooses for it, by whatever statistics, the same conditions are found.
 */
#include <jansson.h>

#include "base/arena.h"
#include "isolation_operator/queries.h"

#define PLAN_TABLES 16

/*
 * How the tenant stands in a statement that is explained.  PostgreSQL writes an
 * argument and the result of a subquery alike ("$1"), and numbers the results
 * according to the plan; nothing but the marked argument looks like this.
 */
#define PLAN_TENANT "uuid_in(uuid_out($1))"

/* The statement with each $1 marked. */
const char *plan_mark_tenant(struct arena *arena, const char *sql);

struct plan_count {
	int64_t scans;	 /* of tenant tables */
	int64_t inserts; /* into tenant tables */
};

struct plan_check {
	const struct q_isolation_probe_row *tables; /* the tenant tables */
	size_t n_tables;
	const char *statement; /* for the findings */
	const char *sql;       /* its text, marked or not */
	bool has_tenant;       /* false: it may not touch a tenant table at all */
	json_t *findings;
	struct plan_count count;
	const struct q_isolation_probe_row
		*met[PLAN_TABLES]; /* tenant tables in it, as its text names them */
	size_t n_met;
	bool is_single; /* it gives one row whatever is there: a plain aggregate, or no scan at all
			 */
};

/*
 * Walks a plan of a marked statement, made without row-level security.  Every scan
 * of a tenant table must itself have the condition that tenant_id is the tenant
 * (the planner carries it over a join on tenant_id), in every part of an OR; every
 * insert must fill tenant_id with the tenant.
 */
void plan_check(struct plan_check *check, const json_t *plan);
