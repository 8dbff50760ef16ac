#pragma once

/*
 * The lists of proto/manifest/ as tables: which role may do what.
 * Written by the generator into the target aegis_proto_manifest.
 */
#include <stdbool.h>
#include <stddef.h>

struct contract_permission {
	const char *name; /* "programs:write" */
	const char *description;
	const char *const *roles; /* NULL-terminated; who has it from the start */
};

/* All sorted by name, ended by an entry whose name is NULL. */
extern const struct contract_permission contract_permissions[];
extern const struct contract_permission contract_scopes[]; /* without roles */
/* Names of the roles that the permissions mention, NULL-terminated. */
extern const char *const contract_roles[];

/* NULL when it is not listed. */
const struct contract_permission *contract_permission_find(const char *name);

bool contract_role_exists(const char *role);
bool contract_role_has(const char *role, const char *permission);

/* Does the first role hold every permission that the second holds?  False for an unknown one. */
bool contract_role_covers(const char *role, const char *other);

/*
 * The permissions of a role, sorted, as many as fit into max; returns how many
 * there are.  0 for an unknown role.
 */
size_t contract_role_permissions(const char *role, const char **out, size_t max);
