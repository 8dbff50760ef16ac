#pragma once

/*
 * What the generator writes down about a service: one const table that the
 * gateway, the dispatcher and the client stubs read.  Nothing here is made at
 * run time.  The wire id of a method is the FNV-1a hash of its full name; the
 * generator refuses collisions.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct arena;
struct pb_info;
struct field_errors;
struct ProtobufCMessage;
struct rpc_call;

/* How the dispatcher runs a method (docs: decisions, "Transactions"). */
enum rpc_tx {
	RPC_TX_NONE,   /* no database */
	RPC_TX_ONE,    /* one statement, implicit transaction, one flush */
	RPC_TX_READ,   /* several statements, read only */
	RPC_TX_WRITE,  /* state change, events, idempotency */
	RPC_TX_MANUAL, /* the handler opens its own with tx_run() */
};

enum rpc_idempotency { RPC_IDEMPOTENCY_NONE, RPC_IDEMPOTENCY_OPTIONAL, RPC_IDEMPOTENCY_REQUIRED };

enum rpc_rate {
	RPC_RATE_READ,
	RPC_RATE_WRITE,
	RPC_RATE_AUTH,	    /* log-in, registration, reset: strict, per address */
	RPC_RATE_EXPENSIVE, /* exports, simulations */
	RPC_RATE_CODE,	    /* verification codes: guessing is limited */
	RPC_RATE_NONE,
	RPC_RATE_REFRESH, /* a session renews its token */
	RPC_RATES,
};

enum rpc_audit { RPC_AUDIT_NONE, RPC_AUDIT_WRITE, RPC_AUDIT_READ };

/* Where the gateway takes the tenant of the call from. */
enum rpc_tenant {
	RPC_TENANT_PRINCIPAL, /* the token's, the key's, the session's */
	RPC_TENANT_PATH,      /* path variable tenant_id, must equal the principal's, else 404 */
	RPC_TENANT_NONE,      /* none: the handler finds it (MANUAL) or needs none */
};

struct rpc_policy {
	bool is_public;
	bool signed_in;
	bool session;
	bool admin;
	const char *permission;	     /* NULL or "programs:write" */
	const char *scope;	     /* NULL or "codes:redeem" */
	bool verified;		     /* a user needs a confirmed e-mail address */
	const char *const *internal; /* NULL-terminated names of daemons, or NULL */
	enum rpc_rate rate;
	uint32_t deadline_ms;
	enum rpc_idempotency idempotency;
	enum rpc_tx tx;
	bool serializable;
	bool retryable; /* repeating it does no harm */
	enum rpc_audit audit;
	const char *audit_action; /* NULL or "program.created" */
	enum rpc_tenant tenant;
	uint16_t http_success; /* 200, 201, 204 */
	bool has_secret;       /* request or response has a field marked secret: wipe the arena */
};

struct rpc_method {
	const char *name;      /* "InviteUser" */
	const char *full_name; /* "aegis.tenant.v1.TenantService/InviteUser" */
	uint32_t id;	       /* fnv1a_32(full_name) */
	const struct pb_info *request;
	const struct pb_info *response;
	struct rpc_policy policy;
	/*
	 * Looks over wire bytes before they are unpacked: nesting, element counts,
	 * UTF-8, NUL in strings.  INVALID_ARGUMENT/MALFORMED_MESSAGE or
	 * RESOURCE_EXHAUSTED/MESSAGE_TOO_COMPLEX.
	 */
	struct status (*scan)(const uint8_t *wire, size_t len);
	/*
	 * Checks the field options of an unpacked request and adds every violation
	 * to errs; INVALID_ARGUMENT/INVALID_FIELDS when there is one.
	 */
	struct status (*validate)(const struct ProtobufCMessage *req, struct field_errors *errs);
};

struct rpc_service {
	const char *daemon;    /* "tenant": who answers it */
	const char *full_name; /* "aegis.tenant.v1.TenantService" */
	const struct rpc_method *methods;
	size_t n_methods;
};

/* The method with this wire id, or NULL. */
const struct rpc_method *rpc_service_find(const struct rpc_service *service, uint32_t id);

typedef struct status (*rpc_handler)(struct rpc_call *call, const void *req, void *resp);

/* Handlers in the order of service->methods. */
struct rpc_handler_table {
	const struct rpc_service *service;
	const rpc_handler *handlers;
};

/* Violations of one request, in an arena; at most FIELD_ERRORS_MAX are kept. */
#define FIELD_ERRORS_MAX 32

struct field_error {
	const char *field;   /* JSON path: "items[2].code" */
	const char *reason;  /* "REQUIRED", "TOO_LONG", "PATTERN", "NOT_UUID" … */
	const char *message; /* for a person: what was expected, and of an unprotected field what
				came */
};

struct field_errors {
	struct arena *arena;
	struct field_error items[FIELD_ERRORS_MAX];
	size_t n;
};

void field_errors_add(struct field_errors *errs, const char *field, const char *reason,
		      const char *message);
