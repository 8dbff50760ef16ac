#pragma once

/*
 * Whom a daemon believes.  Two things are signed between daemons:
 *
 *   service token   by the calling daemon, for the daemon it calls, 10 minutes
 *   principal       by the gateway, for the daemon it asks, 2 minutes at most
 *
 * Both name their audience in the signed text, so whoever receives them cannot
 * use them elsewhere.  A daemon passes the principal of its call on unchanged; the
 * next one accepts it because the caller, proven by its token, is the audience.
 * THREATS.md says what that keeps a taken daemon from, and what it does not.
 *
 * A signature costs 50 µs, so what was verified is remembered by a keyed hash of
 * its bytes until it expires.
 *
 * A struct trust is safe for any number of threads; nothing here blocks but for
 * a short lock, except trust_reload().
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/status.h"
#include "base/str.h"
#include "contract/principal.h"
#include "crypto/keyring.h"

struct arena;
struct trust;

#define SERVICE_TOKEN_LIFE  MINUTES(10)
#define SERVICE_TOKEN_RENEW MINUTES(2) /* before it expires */
/* Longest a principal may live; clocks may differ by a minute. */
#define PRINCIPAL_LIFE_MAX MINUTES(2)
/* The one daemon that signs principals: clients come through it. */
#define PRINCIPAL_ISSUER "gateway"

/* Reads <secrets>/services.pub; self is the daemon that believes.  Statuses of service_keys_open().
 */
struct status trust_new(const char *secrets_dir, const char *self, struct trust **out);
void trust_free(struct trust **trust);

/* Reads the file again (keys rotated) and forgets what was verified.  Blocks on the disk. */
struct status trust_reload(struct trust *trust);

/* May a process of this user be the daemon?  See peer_uid.h. */
bool trust_may_run(const struct trust *trust, const char *daemon, unsigned uid);

/*
 * Whose token is it?  caller gets the daemon's name; the arena is scratch.
 * UNAUTHENTICATED/SERVICE_TOKEN_MISSING, SERVICE_TOKEN_INVALID (also one for another
 * audience), SERVICE_TOKEN_EXPIRED
 */
struct status trust_verify_token(struct trust *trust, struct arena *arena, struct str token,
				 instant now, char caller[KEY_NAME_TEXT]);

/*
 * The principal of a call that came from caller, decoded into the arena.  Its
 * audience is this daemon when the gateway calls, else the calling daemon.
 * Empty bytes are the anonymous principal.
 * UNAUTHENTICATED/PRINCIPAL_INVALID, PRINCIPAL_EXPIRED
 */
struct status trust_verify_principal(struct trust *trust, struct arena *arena, const char *caller,
				     struct str signed_, instant now, const struct principal **out);

/*
 * The principal by which an event proves its actor: signed for some daemon, good at
 * the time of the event however long ago that is.  out->audience says for whom.
 * UNAUTHENTICATED/PRINCIPAL_INVALID
 */
struct status trust_verify_proof(struct trust *trust, struct arena *arena, struct str signed_,
				 instant at, const struct principal **out);

/* A token of the daemon that owns key (KEY_SERVICE) for the one it calls, in the arena. */
struct str service_token_sign(struct arena *arena, const char *daemon, const char *audience,
			      const struct key *key, instant expires_at);

/*
 * The bytes that travel as rpc_header.principal, in the arena.  issued_at, expires_at
 * and audience must be set; key is the gateway's.
 */
struct str principal_sign(struct arena *arena, const struct principal *p, const struct key *key);
