#include "svc/policy.h"

#include <string.h>

bool policy_is_internal(const struct rpc_policy *policy, const char *caller)
{
	for (const char *const *name = policy->internal; name && *name; name++)
		if (strcmp(*name, caller) == 0 || strcmp(*name, "*") == 0)
			return true;
	return false;
}

/* Has the rule any door for clients?  Else only the listed daemons may call. */
static bool is_for_clients(const struct rpc_policy *policy)
{
	return policy->is_public || policy->signed_in || policy->session || policy->admin ||
	       policy->permission || policy->scope;
}

static bool satisfies(const struct rpc_policy *policy, const struct principal *p)
{
	bool is_person = p->kind == PRINCIPAL_USER || p->kind == PRINCIPAL_ADMIN;
	bool is_key = p->kind == PRINCIPAL_API_KEY || p->kind == PRINCIPAL_PARTNER_KEY;

	return (policy->admin && p->kind == PRINCIPAL_ADMIN) ||
	       (policy->session && p->kind == PRINCIPAL_SESSION) ||
	       (policy->signed_in && is_person) ||
	       (policy->permission && is_person &&
		principal_has_permission(p, policy->permission)) ||
	       (policy->scope && is_key && principal_has_scope(p, policy->scope));
}

struct status policy_check(const struct rpc_policy *policy, const char *caller,
			   const struct principal *principal, instant now)
{
	if (policy_is_internal(policy, caller))
		return OK;
	if (strcmp(caller, POLICY_EDGE) != 0 || !is_for_clients(policy))
		return FAIL(PERMISSION_DENIED, "CALLER_NOT_ALLOWED");
	if (policy->is_public)
		return OK;
	if (principal->kind == PRINCIPAL_ANONYMOUS)
		return FAIL(UNAUTHENTICATED, "SIGN_IN_REQUIRED");
	if (principal->expires_at != 0 && principal->expires_at <= now)
		return FAIL(UNAUTHENTICATED, "TOKEN_EXPIRED");
	if (!satisfies(policy, principal))
		return FAIL(PERMISSION_DENIED, "PERMISSION_REQUIRED");
	if (policy->verified && !principal_is_verified(principal))
		return FAIL(PERMISSION_DENIED, "EMAIL_NOT_VERIFIED");
	return OK;
}
