#pragma once

/*
 * May a tenant act now?  The tenant daemon decides (suspended, resumed, closing) and tells it as
 * `tenant.status_changed`; every daemon keeps a copy by version in its table `standing`, and this
 * is the one place where the copy is asked:
 *
 *   - the dispatcher, before each call of a client,
 *   - the scheduler, in the statement that leases jobs (svc_job.while_suspended),
 *   - handlers that learn the tenant themselves: signing in, public programs, partners' keys.
 *
 * The gateway refuses before them by what auth wrote to Redis.  Here the refusal does not depend on
 * Redis.  Platform administrators, daemons and jobs of the platform may act in any tenant.
 */
#include <stdbool.h>
#include <stdint.h>

#include "svc/call.h"

struct standing;

/* The status that lets a tenant act; every other one does not. */
#define STANDING_ACTIVE "active"

/*
 * OK, or PERMISSION_DENIED/TENANT_SUSPENDED.  A nil tenant may act.  The set of suspended tenants
 * is read at most every STANDING_KEPT by each process, by the call that finds the set too old, so
 * a call costs no statement of its own.  Called outside a transaction (aborts inside).  The
 * database's statuses when the set has to be read and cannot be.
 */
#define STANDING_KEPT MILLIS(500)
struct status standing_check(struct rpc_call *call, struct uuid tenant);

/* May who sends this call act at all?  The dispatcher's question. */
struct status standing_check_caller(struct rpc_call *call);

/*
 * Inside a transaction: keeps the copy.  *changed (may be NULL): the version was greater than the
 * one before.  standing_forget() is due after the commit.
 */
struct status standing_put(struct rpc_call *call, struct uuid tenant, const char *status,
			   int64_t version, bool *changed);
/* The next check reads the set again. */
void standing_forget(struct svc *svc);

/* The part of the process, made and freed with it. */
struct standing *standing_new(void);
void standing_free(struct standing **standing);
