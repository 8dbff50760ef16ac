#pragma once

/* The operations of the API, as openapi.json lists them, aimed at one tenant's objects. */
#include <stdbool.h>

#include "world.h"

struct operation {
	const char *method;  /* "POST" */
	const char *pattern; /* "/api/programs/{id}", as long as the description */
	const char *path;    /* with the ids of the tenant aimed at */
	const char *body;    /* an example, with its code where a code belongs; NULL: none */
	const json_t *contract;
	bool has_ids;	/* ids or a code of the tenant, in the path or the body */
	bool has_code;	/* a code, in the body */
	bool is_shared; /* an object of the platform, the same for every tenant */
	bool is_real;	/* no id in it is made up */
	bool is_last;	/* ends the caller's own sign-in */
};

struct operations {
	struct operation *items;
	size_t n;
	json_t *unknown;  /* sentences: variables that world.c makes no object for; owned */
	json_t *left_out; /* patterns; owned */
};

/* api is the description; everything is in the world's arena.  operations_free() in any case. */
void operations_list(struct operations *operations, const json_t *api, const struct world *target);
void operations_free(struct operations *operations);

/* Does the contract let this kind of caller in: "user", "session", "key", "admin"? */
bool operation_is_for(const struct operation *operation, const char *kind);

/*
 * Does it read something of the tenant's own, with ids that are real?  With
 * whose token the tenant itself does; does the answer change by itself?
 */
bool operation_is_reading(const struct operation *operation);
const char *operation_reader(const struct operation *operation, const struct world *target);
bool operation_is_lively(const struct operation *operation);

/* The value that a query parameter naming an object would have, NULL for other parameters. */
const char *operation_filter(const struct operation *operation, const struct world *target,
			     size_t i, const char **parameter);
