#pragma once

/*
 * The access rule of a method: which principals its contract lets in.  Pure, so that its table can
 * be tested whole.  The gateway asks before it spends a hop, the dispatcher asks again, because
 * a daemon believes no one but itself.
 */
#include <stdbool.h>

struct principal;
struct rpc_policy;

/* Has the rule any door for those who are signed in or hold a key?  A rule that is only public
 * never looks at a credential: log-in works beside an expired token. */
bool access_wants_credential(const struct rpc_policy *policy);

/* Has the rule any door for clients?  Else only the listed daemons may call. */
bool access_is_for_clients(const struct rpc_policy *policy);

/* Is the daemon on the list of internal callers?  "*" stands for every daemon. */
bool access_is_internal(const struct rpc_policy *policy, const char *caller);

/*
 * Does the principal satisfy one of the rule's alternatives?  Neither the age of the credential
 * nor `verified` is part of the answer: see access_needs_verified().
 */
bool access_permits(const struct rpc_policy *policy, const struct principal *principal);

/* Does the rule ask for a confirmed address that this principal does not have? */
bool access_needs_verified(const struct rpc_policy *policy, const struct principal *principal);
