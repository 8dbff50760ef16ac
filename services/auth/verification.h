#pragma once

/*
 * The link that proves an e-mail address.  Its token leaves this process once,
 * sealed to notification; the table keeps a hash.  It stays valid after its
 * first use, until it expires: mail scanners follow links before people do.
 */
#include "auth/registration.h"

#define VERIFICATION_KIND "ev"
#define VERIFICATION_TTL  HOURS(24)

/* Inside a transaction of the organization: makes the token, emits user.registered. */
struct status verification_send(struct rpc_call *call, const struct registration *registration);
