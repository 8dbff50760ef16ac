#pragma once

/*
 * The two tokens of a session.
 *
 * Access: a JWT for one organization, 15 minutes; what it says is the membership
 * at that moment, and its epoch tells the gateway when that is no longer so.
 *
 * Refresh: a bearer string (crypto/bearer.h) of kind "rt", its id the session's,
 * its 20 bytes of secret the generation (4 bytes, big-endian) and 16 bytes of a
 * MAC over all of it.  So it is checked before any look-up, nothing of it is
 * stored, and the token of a generation can be made again: who asks twice at
 * once with the same parent gets the same child.
 */
#include "auth/auth.h"
#include "crypto/bearer.h"

#define ACCESS_TTL	MINUTES(15)
#define REFRESH_IDLE	DAYS(7)
#define SESSION_LONGEST DAYS(30)
#define ROLE_ADMIN	"platform_admin"

/* who->membership is NULL for a platform administrator. */
struct sign_in;
const char *access_token(struct rpc_call *call, const struct sign_in *who, struct uuid session);

const char *refresh_token(struct rpc_call *call, struct uuid tenant, struct uuid session,
			  uint32_t generation);

struct refresh_claim {
	struct uuid tenant;
	struct uuid session;
	uint32_t generation;
};

/* False unless this daemon made it. */
bool refresh_token_check(struct rpc_call *call, const char *token, struct refresh_claim *out);
