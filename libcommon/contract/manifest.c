#include "contract/manifest.h"

#include <string.h>

const struct contract_permission *contract_permission_find(const char *name)
{
	for (const struct contract_permission *p = contract_permissions; p->name; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

static bool is_listed(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

bool contract_role_exists(const char *role)
{
	return is_listed(contract_roles, role);
}

bool contract_role_has(const char *role, const char *permission)
{
	const struct contract_permission *p = contract_permission_find(permission);

	return p && is_listed(p->roles, role);
}

bool contract_role_covers(const char *role, const char *other)
{
	if (!contract_role_exists(role) || !contract_role_exists(other))
		return false;
	for (const struct contract_permission *p = contract_permissions; p->name; p++)
		if (is_listed(p->roles, other) && !is_listed(p->roles, role))
			return false;
	return true;
}

size_t contract_role_permissions(const char *role, const char **out, size_t max)
{
	size_t n = 0;

	for (const struct contract_permission *p = contract_permissions; p->name; p++) {
		if (!is_listed(p->roles, role))
			continue;
		if (n < max)
			out[n] = p->name;
		n++;
	}
	return n;
}
