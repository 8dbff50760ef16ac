#pragma once

/* Partners at the counter, with keys that take every code scope unless they say otherwise. */
#include "world.h"

/* A partner of this name whose key has the scopes codes:verify and codes:redeem. */
const struct caller *partner_of(struct uuid tenant, const char *name);
/* A pharmacy of acme. */
const struct caller *corner(void);
/* The same caller with an Idempotency-Key that nobody used. */
const struct caller *fresh(const struct caller *who);

Consumer__RedeemCodeRequest redemption(const char *code, const char *transaction);

struct answer try_validate(const struct caller *who, const char *code);
struct answer try_redeem(const struct caller *who, const char *code, const char *transaction);
struct answer try_reserve(const struct caller *who, const char *code, const char *transaction);
struct answer try_roll_back(const struct caller *who, const char *code, const char *transaction);
