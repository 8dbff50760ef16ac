#pragma once

/*
 * What may be chosen as a password, after NIST SP 800-63B-4: no composition, but
 * nothing that is on every attacker's list and nothing that names its owner.
 * Length is the field's option.  Pure.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* What the password must not contain; NULL or "" where unknown. */
struct password_owner {
	const char *email;
	const char *name;
	const char *organization;
};

/* INVALID_ARGUMENT/PASSWORD_COMMON, INVALID_ARGUMENT/PASSWORD_CONTAINS_IDENTITY. */
struct status password_rules_check(const char *password, const struct password_owner *owner);

/*
 * Common: a listed word, also with digits and signs around it, written with
 * look-alikes (p@ssw0rd) or repeated; or nothing but a run of neighbours.
 */
bool password_is_common(const char *password);

/* common_passwords.txt: lower-case words, sorted by bytes. */
extern const char *const common_passwords[];
extern const size_t n_common_passwords;
