#pragma once

/*
 * Whether a call may be made: the access rule (contract/access.h) against the daemon
 * that sent the call and the principal that the call carries.  Pure, so that its table can be
 * tested whole.
 */
#include "base/instant.h"
#include "base/status.h"
#include "contract/method.h"
#include "contract/principal.h"

/* The daemon through which clients come. */
#define POLICY_EDGE "gateway"

/*
 * An internal caller is trusted to have asked its own client.  Everybody else
 * comes through the edge, and the principal must satisfy one of the rule's
 * alternatives.  PERMISSION_DENIED/CALLER_NOT_ALLOWED, PERMISSION_DENIED or
 * UNAUTHENTICATED/SIGN_IN_REQUIRED, UNAUTHENTICATED/TOKEN_EXPIRED,
 * PERMISSION_DENIED with PERMISSION_REQUIRED or
 * EMAIL_NOT_VERIFIED.
 */
struct status policy_check(const struct rpc_policy *policy, const char *caller,
			   const struct principal *principal, instant now);
