#pragma once

/*
 * Whether a tenant may act is decided here and told everybody else: by an event to every daemon,
 * and by a call to auth, which tells the gateway.  The tenant's version orders what is told.
 */
#include "tenant/tenant.h"

#define JOB_TELL "tell_standing"

/*
 * Inside the transaction of the tenant that changed its status: this daemon's own copy, and the
 * event that every other daemon takes.
 */
struct status standing_change(struct rpc_call *call, const char *action,
			      const struct q_tenant_row *old, const struct q_tenant_row *row,
			      const char *reason);

/* After the commit: tells auth at once.  A failure is logged; the event tells auth as well. */
void standing_push(struct rpc_call *call, const struct q_tenant_row *row);

/* Tells what the tenant's standing is now. */
struct status standing_tell_job(struct rpc_call *call, const struct svc_job_run *job);
