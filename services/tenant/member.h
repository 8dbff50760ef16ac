#pragma once

/* Changes of membership that must not leave a tenant without an owner. */
#include "tenant/tenant.h"

/*
 * Locks the tenant's owners and reads the member.  With loses_ownership, a member
 * who is the last owner is refused: FAILED_PRECONDITION/LAST_OWNER.
 * NOT_FOUND/USER_NOT_FOUND.
 */
struct status member_lock(struct rpc_call *call, struct uuid id, bool loses_ownership,
			  struct q_member_row **member);
