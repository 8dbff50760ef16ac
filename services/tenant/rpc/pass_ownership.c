#include "tenant/member.h"

#define OWNER "owner"
#define AFTER "admin"

struct passing {
	struct uuid heir;
	struct q_member_row *gained;
	struct q_member_row *lost;
};

static struct status change_role(struct rpc_call *call, struct uuid id, const char *role,
				 struct q_member_row **member)
{
	TRY(q_update_member_role(call->tx, member, .id = id, .role = role, .expected_version = 0,
				 .actor = call->principal->id, .now = call->now));
	return *member ? OK : FAIL(USER_NOT_FOUND);
}

/* The heir first: at no moment has the organization no owner. */
static struct status pass(struct rpc_call *call, void *arg)
{
	struct passing *passing = arg;
	struct q_member_row *old, owner;

	TRY(member_lock(call, passing->heir, OWNER, &old));
	if (!old->active)
		return FAIL(USER_NOT_FOUND);
	if (strcmp(old->role, OWNER) == 0)
		return FAIL(ALREADY_OWNER);
	TRY(change_role(call, passing->heir, OWNER, &passing->gained));
	TRY(change_role(call, call->principal->id, AFTER, &passing->lost));
	TRY(emit_membership(call, "tenant.ownership_passed", old, passing->gained));
	/* Only an owner gives that role. */
	owner = *passing->lost;
	owner.role = OWNER;
	return emit_membership(call, "user.role_changed", &owner, passing->lost);
}

struct status tenant_pass_ownership(struct rpc_call *call, const Tenant__PassOwnershipRequest *req,
				    Tenant__Member *resp)
{
	struct passing passing = {};

	passing.heir = pb_uuid(req->user_id);
	TRY(tx_run(call, pass, &passing));
	push_membership(call, call->tenant, passing.gained);
	push_membership(call, call->tenant, passing.lost);
	return q_member_fill(call->arena, passing.gained, resp);
}
