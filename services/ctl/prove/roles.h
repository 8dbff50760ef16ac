#pragma once

/*
 * Part "roles": with a person of every role in the tenant every operation of the API lets in
 * exactly the roles that the manifest gives its permission, and no two calls of accomplices raise
 * what they hold.  It registers two people.  Enters its checks; statuses of http_run() and of the
 * database.
 */
#include "operations.h"
#include "people.h"

#define ROLES_PART "roles"

struct status prove_roles(struct proof *proof, struct http *http,
			  const struct operations *operations, const struct world *world);

/* authority.c: the sequences of two calls, by these two, who become members. */
struct status prove_authority(struct proof *proof, struct http *http,
			      const struct operations *operations, const struct world *world,
			      struct person accomplices[2]);
