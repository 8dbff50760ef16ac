#pragma once

/*
 * A throw-away tenant with an object of every kind that a tenant can make by
 * itself, each carrying its canary; made through the gateway like anybody's.
 */
#include "http.h"

struct proof;

struct world {
	struct arena *arena;
	struct http *http;
	json_t *values; /* each kind of object → its id; "owner", "session_token", "key_secret" are
			   tokens; owned */
	json_t *made_up; /* names of values that stand for objects it could not make; owned */
};

/*
 * Registers the tenant, confirms its owner's address as the operator, and makes its
 * objects.  Statuses of http_run() and user_confirm(); FAILED_PRECONDITION/PROOF_STEP,
 * with the step and its answer on stderr.  world_free() in any case.
 */
struct status world_build(const struct proof *proof, struct http *http, struct arena *arena,
			  struct world *world);
void world_free(struct world *world);

/*
 * Ends its program and its alerts, withdraws its key; ends every sign-in of its
 * owner.  Statuses as world_build().
 */
struct status world_close(struct world *world);
struct status world_sign_out(struct world *world);

/*
 * The name of a value of the tenant's own (its canary, an id, a token) that the
 * answer holds, in body or headers, and that the caller did not send; NULL when
 * there is none.
 */
const char *world_told(const struct world *world, const struct http_call *call,
		       const struct http_answer *answer);

/* So many random bytes as text. */
const char *random_hex(struct arena *arena, size_t n);

/* NULL when there is no such value. */
const char *world_value(const struct world *world, const char *name);
