#include "svc/policy.h"

#include <string.h>

#include "contract/access.h"

struct status policy_check(const struct rpc_policy *policy, const char *caller,
			   const struct principal *principal, instant now)
{
	if (access_is_internal(policy, caller))
		return OK;
	if (strcmp(caller, POLICY_EDGE) != 0 || !access_is_for_clients(policy))
		return FAIL(CALLER_NOT_ALLOWED);
	if (policy->is_public)
		return OK;
	if (principal->kind == PRINCIPAL_ANONYMOUS)
		return FAIL(SIGN_IN_REQUIRED);
	if (principal->expires_at != 0 && principal->expires_at <= now)
		return FAIL(TOKEN_EXPIRED);
	if (!access_permits(policy, principal))
		return FAIL(PERMISSION_REQUIRED);
	if (access_needs_verified(policy, principal))
		return FAIL(EMAIL_NOT_VERIFIED);
	return OK;
}
