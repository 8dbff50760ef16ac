#pragma once

/*
 * People of the proof's own who belong to a throw-away tenant in any role.  The API has no way yet
 * to bring a person into an organization, so the migrator writes the membership; everything that
 * follows is the API's.
 */
#include "http.h"
#include "prove.h"
#include "world.h"

struct person {
	const char *name, *email, *id;
	const char *role;  /* NULL: is no member */
	const char *token; /* of the tenant; NULL: none that is good for the present role */
	const char *password;
};

/*
 * Registers the person, with an organization of their own, and confirms the address as the
 * operator. FAILED_PRECONDITION with the answer as the reason, statuses of http_run() and
 * user_confirm().
 */
struct status person_register(struct proof *proof, struct http *http, const struct world *world,
			      const char *name, struct person *person);

/* Makes the person a member of the world's tenant in this role; the token is no longer good. */
struct status person_put(struct proof *proof, const struct world *world, struct person *person,
			 const char *role);

/* The owner who registered the world's tenant; good as long as the world. */
struct person person_owner(const struct world *world);

/* A token of the tenant for the present role, when there is none. */
struct status person_sign_in(struct proof *proof, struct http *http, const struct world *world,
			     struct person *person);
