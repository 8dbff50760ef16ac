#pragma once

/*
 * Foreign keys without row-level security: a row of one tenant, copied to a
 * tenant that nobody is, still points at what it pointed at.  A key that begins
 * with the tenant refuses that; one on the id alone would not.
 */
#include "replay.h"

struct grafts {
	int64_t keys;	 /* foreign keys of tenant tables */
	int64_t refused; /* of them, those that refused a copy */
	int64_t untried; /* the tenant has no row there that points anywhere */
	json_t *findings;
};

/* Everything is rolled back.  The statuses of db_run(). */
struct status graft_all(struct replay *replay, struct grafts *grafts);
