#pragma once

/*
 * Passwords as argon2id strings (RFC 9106, PHC format "$argon2id$v=19$m=…,t=…,p=1$…").
 * Every call here costs tens of milliseconds of CPU and the memory of its cost:
 * run it on a bounded pool of its own, never on an nng or gateway thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/str.h"

/* With the terminating NUL. */
#define PASSWORD_HASH_TEXT 128
#define PASSWORD_MAX	   128

struct password_cost {
	uint32_t passes;
	uint32_t memory_kib;
};

/* OWASP's floor: 19 MiB, two passes. */
#define PASSWORD_COST_DEFAULT ((struct password_cost){.passes = 2, .memory_kib = 19456})

/* What a stored or imported hash may ask for; beyond it is refused unread. */
#define PASSWORD_PASSES_MAX	10
#define PASSWORD_MEMORY_KIB_MAX ((uint64_t)256 * 1024)

/*
 * INVALID_ARGUMENT/PASSWORD_TOO_LONG past PASSWORD_MAX bytes,
 * RESOURCE_EXHAUSTED/PASSWORD_MEMORY when there is no memory for it.
 */
struct status password_hash(char out[PASSWORD_HASH_TEXT], struct str password,
			    struct password_cost cost);

/*
 * OK when it matches; UNAUTHENTICATED/PASSWORD_WRONG when not;
 * FAILED_PRECONDITION/PASSWORD_HASH_REFUSED when the string is no argon2id hash
 * or asks for more than the bounds above.
 */
struct status password_verify(const char *hash, struct str password);

/* Was the hash made with another cost than this? */
bool password_needs_rehash(const char *hash, struct password_cost cost);

/*
 * The work of a verification without an account, so that an unknown address
 * takes as long as a known one.
 */
void password_verify_dummy(struct str password, struct password_cost cost);
