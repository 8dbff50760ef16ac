#pragma once

/*
 * What the daemon's own keys are for: session tokens (MAC), codes (keyed hash),
 * people (keyed hash), answers and traces (sealed).  The newest key makes, the older ones still
 * read.
 */
#include "crypto/bearer.h"
#include "crypto/code32.h"
#include "crypto/hash.h"
#include "svc/call.h"

struct keyring;

/* Makes the keys that are missing and reads all; the keyring's statuses. */
struct status consumer_keys_open(const char *secrets_dir, struct keyring **out);

/* The bearer text of a session, in the arena. */
char *session_token_new(struct rpc_call *call, struct uuid tenant, struct uuid session);

/* Did this daemon make the token?  Reads nothing but the keys. */
bool session_token_parse(struct rpc_call *call, const char *text, struct bearer *out);

/*
 * The hash of a code under the n-th newest key, MAC_BYTES in the arena; false
 * past the oldest.  The tenant is hashed with it.
 */
bool code_hash(struct rpc_call *call, const char code[CODE_TEXT], size_t n, struct str *out);

/*
 * The hash of what names a person in a program ("email", "reference" and the text) under the n-th
 * newest key, MAC_BYTES in the arena; false past the oldest.  Tenant and program are hashed with
 * it, so that nobody can tell the same person in two programs.
 */
bool person_hash(struct rpc_call *call, struct uuid program, const char *kind, struct str name,
		 size_t n, struct str *out);

/* Bound to the tenant, what it is ("answers", "trace", "change") and its row. */
struct str phi_seal(struct rpc_call *call, const char *what, struct uuid row, struct str plain);

/* DATA_LOSS/SEALED_VALUE when no key opens it; logged here. */
struct status phi_open(struct rpc_call *call, const char *what, struct uuid row, struct str sealed,
		       struct str *plain);
