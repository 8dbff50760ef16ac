#pragma once

/*
 * The Ed25519 key that signs a tenant's screener versions.  Made on the first
 * publication, kept in the tenant's row sealed by this daemon's KEK (keyring
 * purpose "publish"), opened for the moment of signing.
 */
#include "crypto/sign.h"
#include "svc/svc.h"

struct publish_key {
	uint8_t public_key[SIGN_PUBLIC_BYTES];
	uint8_t private_key[SIGN_PRIVATE_BYTES];
};

/* Wipe *key after use.  FAILED_PRECONDITION/NO_PUBLISH_KEK, DATA_LOSS/PUBLISH_KEY_SEALED. */
struct status publish_key_take(struct rpc_call *call, struct publish_key *key);
