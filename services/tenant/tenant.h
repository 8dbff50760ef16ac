#pragma once

/*
 * Tenants, their members and settings.  This daemon decides who belongs to a
 * tenant and in which role; auth keeps the resolved copy that tokens are made
 * from, and is told before a change is answered.
 */
#include <aegis/tenant/v1/tenant.aegis.h>

#include "svc/svc.h"
#include "tenant/fill.h"

extern const struct svc_descriptor tenant_daemon;

/*
 * Says that a member changed, and the membership as auth must know it: the event repairs what a
 * crash left.  A member who was removed is told as deleted.
 */
struct status emit_membership(struct rpc_call *call, const char *action,
			      const struct q_member_row *old, const struct q_member_row *member);

/* Tells auth the membership; the event above follows anyway, so failure only delays. */
void push_membership(struct rpc_call *call, struct uuid tenant, const struct q_member_row *member);

/* A tenant changed by an administrator from one status to another; see suspend_tenant.c. */
struct status set_tenant_status(struct rpc_call *call, const char *id, const char *status,
				const char *action, const char *reason, Tenant__Tenant *resp);
