#pragma once

/*
 * Users, credentials, sessions and tokens.  This daemon alone sees passwords and
 * makes access tokens; who belongs to a tenant is decided by tenant, whose
 * resolved memberships are kept here, so that signing in needs nobody else.
 */
#include <aegis/auth/v1/auth.aegis.h>

#include "auth/credential.h"
#include "auth/password_rules.h"
#include "auth/queries.h"
#include "svc/svc.h"

struct cache_sync;

extern const struct svc_descriptor auth_daemon;

/* Workers that wait for a hash leave this many for calls that need none. */
#define AUTH_WORKERS	 12
#define AUTH_HASH_PLACES 8

/* svc_state() of this daemon. */
struct auth {
	struct keyring *keyring;
	const struct key *refresh_key;
	struct hasher hasher;
	struct cache_sync *cache; /* NULL: no Redis is configured */
};

static inline struct auth *auth_of(const struct rpc_call *call)
{
	return svc_state(call->svc);
}

/* The id that a field's option has checked; nil for "". */
struct uuid auth_uuid(const char *text);

/* The address as accounts are kept by: lower case. */
const char *auth_email(struct arena *arena, const char *email);

/* What events of this principal belong to: their tenant, or the platform for administrators. */
struct uuid auth_home(const struct principal *principal);

/* The network that counts as one place (base/ip.h); "" when the text is no address. */
const char *auth_network(struct arena *arena, const char *address);

/* A header as it may be kept: printable ASCII, bounded. */
const char *auth_header_text(struct arena *arena, const char *text);

/*
 * Takes a place in the hashing pool: UNAVAILABLE/BUSY with retry_after when all
 * are taken.  Give it back with hash_pool_leave().
 */
struct status auth_hash_enter(struct rpc_call *call);

/* "password" broke a rule: the reason stands in fields too. */
struct status auth_check_password(struct rpc_call *call, const char *password,
				  const struct password_owner *owner);

/* Somebody did something to an account. */
void auth_emit(struct rpc_call *call, const char *action, struct uuid account, struct str after);
