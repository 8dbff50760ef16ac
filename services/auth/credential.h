#pragma once

/*
 * Passwords of accounts: argon2id on the hashing pool, with a pepper from the
 * keyring mixed in when there is one.  Passwords are never kept, logged or
 * copied to longer-lived memory.
 */
#include <stdint.h>

#include "auth/hash_pool.h"
#include "base/status.h"
#include "crypto/keyring.h"
#include "crypto/password.h"

struct hasher {
	struct hash_pool *pool;
	const struct keyring *keyring; /* pepper: purpose "pepper" */
	struct password_cost cost;
};

struct credential {
	char hash[PASSWORD_HASH_TEXT];
	const char *pepper_kid; /* NULL: none; lives as long as the keyring or the row */
};

/*
 * All block for tens of milliseconds and need a place (auth_hash_enter()).  turn is the key by
 * which work takes turns.
 */
struct status credential_make(const struct hasher *hasher, uint64_t turn, const char *password,
			      struct credential *out);
/* UNAUTHENTICATED/PASSWORD_WRONG, or the statuses of password_verify(), INTERNAL/PEPPER_MISSING. */
struct status credential_check(const struct hasher *hasher, uint64_t turn, const char *hash,
			       const char *pepper_kid, const char *password);
/* The same work for an address that nobody has. */
void credential_check_nobody(const struct hasher *hasher, uint64_t turn, const char *password);

/* Made with another cost or pepper than the one in force? */
bool credential_is_outdated(const struct hasher *hasher, const char *hash, const char *pepper_kid);
