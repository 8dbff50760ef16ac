#pragma once

/*
 * Who asks: made by the gateway from a verified credential, signed once,
 * forwarded unchanged from daemon to daemon, checked in each dispatcher.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/uuid.h"

enum principal_kind {
	PRINCIPAL_ANONYMOUS = 0,
	PRINCIPAL_USER = 1,	   /* a signed-in user of one tenant */
	PRINCIPAL_API_KEY = 2,	   /* a tenant's key */
	PRINCIPAL_PARTNER_KEY = 3, /* a partner's key */
	PRINCIPAL_SESSION = 4,	   /* an anonymous consumer with a screening session */
	PRINCIPAL_SERVICE = 5,	   /* a daemon on its own behalf */
	PRINCIPAL_ADMIN = 6,	   /* a platform administrator */
};

struct principal {
	enum principal_kind kind;
	struct uuid id;	       /* user, key, session or service; nil when anonymous */
	struct uuid tenant;    /* nil when none */
	struct uuid session;   /* sign-in session of a user, screening session of a consumer */
	struct uuid partner;   /* of a partner key */
	struct uuid workspace; /* nil when none */
	const char *role;      /* "owner", "" when none */
	const char *const *permissions;
	size_t n_permissions;
	const char *const *scopes;
	size_t n_scopes;
	uint64_t epoch; /* membership epoch the token was made from */
	instant issued_at;
	instant expires_at;
	bool verified;	      /* a user who has confirmed their e-mail address */
	const char *audience; /* the daemon that the gateway asks */
	const char *label;    /* for the audit log: e-mail is never here, key name may be */
};

/* May the principal do what leaves the platform?  Users must be verified; others are known
 * otherwise. */
bool principal_is_verified(const struct principal *p);
bool principal_has_permission(const struct principal *p, const char *permission);
bool principal_has_scope(const struct principal *p, const char *scope);
/* "user", "api_key" … */
const char *principal_kind_name(enum principal_kind kind);
