#include "tenant/tenant.h"

#include "base/log.h"
#include "contract/manifest.h"
#include "contract/time.h"
#include "svc/kit/change.h"
#include "tenant/standing.h"
#include <aegis/auth/v1/auth.aegis.h>
#include <aegis/event/v1/event.aegis.h>

/* More than any role has. */
#define MAX_PERMISSIONS 128

struct granted {
	const char *names[MAX_PERMISSIONS];
	size_t n;
};

/* Nothing for a member who is out. */
static struct granted granted_to(const struct q_member_row *member)
{
	struct granted granted = {};

	if (member->active)
		granted.n = contract_role_permissions(member->role, granted.names, MAX_PERMISSIONS);
	return granted;
}

struct status emit_membership(struct rpc_call *call, const char *action,
			      const struct q_member_row *old, const struct q_member_row *member)
{
	struct granted granted = granted_to(member);
	Tenant__Member before = TENANT__MEMBER__INIT, after = TENANT__MEMBER__INIT;
	Event__MembershipChanged payload = EVENT__MEMBERSHIP_CHANGED__INIT;

	payload.user_id = uuid_text(call->arena, member->id);
	payload.role = member->role;
	payload.n_permissions = granted.n;
	payload.permissions = granted.names;
	payload.epoch = (uint64_t)member->version;
	payload.active = member->active;
	TRY(q_member_fill(call->arena, old, &before));
	TRY(q_member_fill(call->arena, member, &after));
	return svc_emit_change(
		call, action,
		&(struct change_out){.resource = &tenant__member__info,
				     .before = &before,
				     .after = member->active ? &after : NULL,
				     .payload_case = EVENT__EVENT__PAYLOAD_MEMBERSHIP_CHANGED,
				     .payload = &payload});
}

void push_membership(struct rpc_call *call, struct uuid tenant, const struct q_member_row *member)
{
	struct granted granted = granted_to(member);
	Auth__PutMembershipRequest req = AUTH__PUT_MEMBERSHIP_REQUEST__INIT;
	Auth__PutMembershipResponse *resp;
	struct status st;

	req.user_id = uuid_text(call->arena, member->id);
	req.tenant_id = uuid_text(call->arena, tenant);
	req.role = member->role;
	req.n_permissions = granted.n;
	req.permissions = granted.names;
	req.epoch = (uint64_t)member->version;
	req.active = member->active;
	st = call_auth_put_membership(call, &req, &resp);
	if (is_failed(st))
		log_warn("auth was not told of a membership; the event will", KV_STATUS(st));
}

static const struct db_constraint_map constraints[] = {
	{"member_email_key", REASON_MEMBER_EXISTS},
	{},
};

static const struct svc_job jobs[] = {
	{.kind = JOB_TELL, .run = standing_tell_job, .lease_s = 15, .while_suspended = true},
};

const struct svc_descriptor tenant_daemon = {
	.name = "tenant",
	.purpose = "tenants, their members, roles and settings",
	.service = &tenant_service,
	.handlers = &tenant_handlers,
	.queries = &tenant_queries,
	.constraints = constraints,
	.jobs = jobs,
	.n_jobs = sizeof jobs / sizeof jobs[0],
};
