#pragma once

/* A plan as EXPLAIN (VERBOSE, FORMAT JSON) writes it: is every tenant table in it held to $1? */
#include <jansson.h>

#include "isolation_operator/queries.h"

#define PLAN_TABLES 16

struct plan_count {
	int64_t scans;	 /* of tenant tables */
	int64_t inserts; /* into tenant tables */
};

struct plan_check {
	const struct q_isolation_probe_row *tables; /* the tenant tables */
	size_t n_tables;
	const char *statement; /* for the findings */
	bool has_tenant;       /* false: it may not touch a tenant table at all */
	json_t *findings;
	struct plan_count count;
	const struct q_isolation_probe_row *met[PLAN_TABLES]; /* tenant tables in it */
	size_t n_met;
	bool is_single; /* it gives one row whatever is there: a plain aggregate, or no scan at all
			 */
};

/*
 * Walks a plan made without row-level security.  Every scan of a tenant table
 * must itself have "tenant_id = $1" as a condition that is not part of an OR (the
 * planner carries it over a join on tenant_id), every insert must fill it with $1.
 */
void plan_check(struct plan_check *check, const json_t *plan);
