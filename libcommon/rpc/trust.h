#pragma once

/*
 * Whom a daemon believes.  Two things are signed between daemons: the caller's
 * own service token (self-signed, 10 minutes) and the principal (signed once by
 * the gateway, forwarded unchanged; a daemon may sign itself as principal of
 * kind SERVICE only).  A signature costs 50 µs, so what was verified is
 * remembered by a keyed hash of its bytes until it expires.
 *
 * A struct trust is safe for any number of threads; nothing here blocks but for
 * a short lock, except trust_reload().
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/status.h"
#include "base/str.h"
#include "crypto/keyring.h"
#include "rpc/principal.h"

struct arena;
struct trust;

#define SERVICE_TOKEN_LIFE  MINUTES(10)
#define SERVICE_TOKEN_RENEW MINUTES(2) /* before it expires */
/* Longest a signature may claim to live; clocks may differ by a minute. */
#define PRINCIPAL_LIFE_MAX HOURS(24)

/* Reads <secrets>/services.pub; statuses of service_keys_open(). */
struct status trust_new(const char *secrets_dir, struct trust **out);
void trust_free(struct trust **trust);

/* Reads the file again (keys rotated) and forgets what was verified.  Blocks on the disk. */
struct status trust_reload(struct trust *trust);

/*
 * Whose token is it?  caller gets the daemon's name; the arena is scratch.
 * UNAUTHENTICATED/SERVICE_TOKEN_MISSING, SERVICE_TOKEN_INVALID, SERVICE_TOKEN_EXPIRED
 */
struct status trust_verify_token(struct trust *trust, struct arena *arena, struct str token,
				 instant now, char caller[KEY_NAME_TEXT]);

/*
 * The principal of a call, decoded into the arena.  Empty bytes are the
 * anonymous principal.
 * UNAUTHENTICATED/PRINCIPAL_INVALID, PRINCIPAL_EXPIRED
 */
struct status trust_verify_principal(struct trust *trust, struct arena *arena, struct str signed_,
				     instant now, const struct principal **out);

/* A service token of the daemon that owns key (KEY_SERVICE), in the arena. */
struct str service_token_sign(struct arena *arena, const char *daemon, const struct key *key,
			      instant expires_at);

/*
 * The bytes that travel as rpc_header.principal, in the arena.  p->expires_at
 * must be set.  issuer is the daemon that owns key.
 */
struct str principal_sign(struct arena *arena, const struct principal *p, const char *issuer,
			  const struct key *key);
