#include "contract/principal.h"

#include <string.h>

static bool list_has(const char *const *items, size_t n, const char *wanted)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(items[i], wanted) == 0)
			return true;
	return false;
}

bool principal_has_permission(const struct principal *p, const char *permission)
{
	return list_has(p->permissions, p->n_permissions, permission);
}

bool principal_has_scope(const struct principal *p, const char *scope)
{
	return list_has(p->scopes, p->n_scopes, scope);
}

bool principal_is_verified(const struct principal *p)
{
	return p->kind != PRINCIPAL_USER || p->verified;
}

const char *principal_kind_name(enum principal_kind kind)
{
	switch (kind) {
	case PRINCIPAL_ANONYMOUS: return "anonymous";
	case PRINCIPAL_USER: return "user";
	case PRINCIPAL_API_KEY: return "api_key";
	case PRINCIPAL_PARTNER_KEY: return "partner_key";
	case PRINCIPAL_SESSION: return "session";
	case PRINCIPAL_SERVICE: return "service";
	case PRINCIPAL_ADMIN: return "admin";
	}
	return "unknown";
}
