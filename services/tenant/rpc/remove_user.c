#include "tenant/member.h"

struct change {
	struct uuid id;
	struct q_member_row *member;
};

static struct status remove_member(struct rpc_call *call, void *arg)
{
	struct change *change = arg;
	struct q_member_row *old;

	TRY(member_lock(call, change->id, NULL, &old));
	TRY(q_remove_member(call->tx, change->id, call->principal->id, call->now, &change->member));
	if (!change->member)
		return FAIL(USER_NOT_FOUND);
	return emit_membership(call, "user.removed", old, change->member);
}

struct status tenant_remove_user(struct rpc_call *call, const Tenant__RemoveUserRequest *req,
				 Tenant__RemoveUserResponse *resp)
{
	struct change change = {};

	(void)resp;
	change.id = pb_uuid(req->id);
	TRY(tx_run(call, remove_member, &change));
	push_membership(call, call->tenant, change.member);
	return OK;
}
