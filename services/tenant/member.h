#pragma once

/*
 * Who may change whose membership.  Every change of a membership, and every way
 * to give a role, asks here, so that nobody gives what they do not have.
 */
#include "tenant/tenant.h"

/*
 * May this member give the role?  Only when the role's permissions are among the
 * member's own.  PERMISSION_DENIED/ROLE_ABOVE_YOURS.
 */
struct status member_may_give(const struct q_member_row *actor, const char *role);

/*
 * Inside a writing transaction: locks the caller's own membership, the member's and
 * the owners', and reads the member as it is now.  The caller's rights are those of
 * the locked row: a demotion that committed a moment ago counts, whatever the token says.
 * role is the one to be given, NULL for a removal.
 *
 * PERMISSION_DENIED/PERMISSION_REQUIRED when the caller is no active member or may not
 * change members, NOT_FOUND/USER_NOT_FOUND, PERMISSION_DENIED/ROLE_ABOVE_YOURS when the
 * role or the member stands above the caller, FAILED_PRECONDITION/LAST_OWNER.
 */
struct status member_lock(struct rpc_call *call, struct uuid id, const char *role,
			  struct q_member_row **member);
