#pragma once

/*
 * Statements run as aegis_migrator, whom row-level security lets see everything,
 * with arguments taken from the rows of one tenant: for that tenant they find
 * something, for a tenant that nobody is they must not.
 */
#include "plan.h"
#include "probe.h"
#include "prove.h"

struct replay {
	struct proof *proof;
	const struct tenant_tables *tables;
	struct uuid nobody;
	struct arena *scratch;
	json_t *samples; /* "tenant.member" → a row of the hidden tenant; owned */
	json_t *found;	 /* sentences: rows that were found all the same; owned */
	int64_t tried;	 /* statements that found nothing for the other tenant */
	int64_t telling; /* of them, those that found something for the tenant itself */
	int64_t refused; /* statements that took these arguments for nobody */
};

/* Takes the samples; replay_free() in any case. */
struct status replay_init(struct replay *replay, struct proof *proof,
			  const struct tenant_tables *tables);
void replay_free(struct replay *replay);

/*
 * Runs one statement of the tenant on a connection that has it prepared, for
 * both tenants, and rolls back.  plan says which tables it is about.
 */
struct status replay_statement(struct replay *replay, struct db_conn *conn,
			       const struct db_query *query, const struct plan_check *plan);
