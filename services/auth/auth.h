#pragma once

/*
 * Users, credentials, sessions and tokens.  This daemon alone sees passwords and
 * makes access tokens; who belongs to a tenant is decided by tenant, whose
 * resolved memberships are kept here, so that signing in needs nobody else.
 */
#include <aegis/auth/v1/auth.aegis.h>

#include "auth/admission.h"
#include "auth/credential.h"
#include "auth/fill.h"
#include "auth/password_rules.h"
#include "svc/svc.h"

struct cache_sync;
struct refresh_rate;

extern const struct svc_descriptor auth_daemon;

/*
 * Sign-ins that hash, and those that wait for a place.  Workers that do either leave
 * AUTH_WORKERS_FREE for calls that hash nothing, and for newcomers who turn others away.
 */
#define AUTH_HASH_PLACES  8
#define AUTH_HASH_WAITING 10
#define AUTH_WORKERS_FREE 6
#define AUTH_WORKERS	  (AUTH_HASH_PLACES + AUTH_HASH_WAITING + AUTH_WORKERS_FREE)

/* svc_state() of this daemon. */
struct auth {
	struct keyring *keyring;
	const struct key *refresh_key;
	struct hasher hasher;
	struct admission *admission;
	struct refresh_rate *refreshes;
	struct cache_sync *cache; /* NULL: no Redis is configured */
};

static inline struct auth *auth_of(const struct rpc_call *call)
{
	return svc_state(call->svc);
}

/* The address as accounts are kept by: lower case. */
const char *auth_email(struct arena *arena, const char *email);

/* What events of this principal belong to: their tenant, or the platform for administrators. */
struct uuid auth_home(const struct principal *principal);

/* The network that counts as one place (base/ip.h); "" when the text is no address. */
const char *auth_network(struct arena *arena, const char *address);

/* A header as it may be kept: printable ASCII, bounded. */
const char *auth_header_text(struct arena *arena, const char *text);

/*
 * Takes a place for hashing, waits for it in the queue of the caller's network.  is_known: the
 * account that the call is about was signed in to from this network before.  UNAVAILABLE/BUSY
 * with retry_after when the queues are full or the deadline nears.  The claim is filled for
 * auth_hash_leave().
 */
struct status auth_hash_enter(struct rpc_call *call, bool is_known, struct admission_claim *claim);
void auth_hash_leave(struct rpc_call *call, const struct admission_claim *claim);

/* "password" broke a rule: the reason stands in fields too. */
struct status auth_check_password(struct rpc_call *call, const char *password,
				  const struct password_owner *owner);

/* Somebody did something to an account. */
void auth_emit(struct rpc_call *call, const char *action, struct uuid account, struct str after);
