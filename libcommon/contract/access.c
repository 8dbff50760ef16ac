#include "contract/access.h"

#include <string.h>

#include "contract/method.h"
#include "contract/principal.h"

static bool is_person(const struct principal *p)
{
	return p->kind == PRINCIPAL_USER || p->kind == PRINCIPAL_ADMIN;
}

static bool is_key(const struct principal *p)
{
	return p->kind == PRINCIPAL_API_KEY || p->kind == PRINCIPAL_PARTNER_KEY;
}

static bool has_guarded_door(const struct rpc_policy *policy)
{
	return policy->signed_in || policy->session || policy->admin || policy->permission ||
	       policy->scope;
}

bool access_wants_credential(const struct rpc_policy *policy)
{
	return !policy->is_public || has_guarded_door(policy);
}

bool access_is_for_clients(const struct rpc_policy *policy)
{
	return policy->is_public || has_guarded_door(policy);
}

bool access_is_internal(const struct rpc_policy *policy, const char *caller)
{
	for (const char *const *name = policy->internal; name && *name; name++)
		if (strcmp(*name, caller) == 0 || strcmp(*name, "*") == 0)
			return true;
	return false;
}

bool access_permits(const struct rpc_policy *policy, const struct principal *p)
{
	return policy->is_public || (policy->admin && p->kind == PRINCIPAL_ADMIN) ||
	       (policy->session && p->kind == PRINCIPAL_SESSION) ||
	       (policy->signed_in && is_person(p)) ||
	       (policy->permission && is_person(p) &&
		principal_has_permission(p, policy->permission)) ||
	       (policy->scope && is_key(p) && principal_has_scope(p, policy->scope));
}

bool access_needs_verified(const struct rpc_policy *policy, const struct principal *p)
{
	return policy->verified && !principal_is_verified(p);
}
