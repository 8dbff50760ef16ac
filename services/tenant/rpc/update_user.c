#include "contract/mask.h"
#include "tenant/member.h"

struct change {
	struct uuid id;
	const char *role;
	int64_t expected_version; /* 0: any */
	struct q_member_row *member;
};

static struct status change_role(struct rpc_call *call, void *arg)
{
	struct change *change = arg;
	struct q_member_row *old;

	TRY(member_lock(call, change->id, change->role, &old));
	TRY(q_update_member_role(call->tx, &change->member, .id = change->id, .role = change->role,
				 .expected_version = change->expected_version,
				 .actor = call->principal->id, .now = call->now));
	if (!change->member && change->expected_version)
		return FAIL(VERSION_CONFLICT);
	if (!change->member)
		return FAIL(USER_NOT_FOUND);
	return emit_membership(call, "user.role_changed", old, change->member);
}

struct status tenant_update_user(struct rpc_call *call, const Tenant__UpdateUserRequest *req,
				 Tenant__Member *resp)
{
	struct change change = {.role = req->user->role, .expected_version = req->user->version};

	if (!mask_has(req->update_mask, "role"))
		return call_field_error(call, "user.role", "REQUIRED", "is required");
	change.id = pb_uuid(req->id);
	TRY(tx_run(call, change_role, &change));
	push_membership(call, call->tenant, change.member);
	return q_member_fill(call->arena, change.member, resp);
}
