#include "auth/membership.h"
#include "auth/session.h"

struct put {
	struct membership_news news;
	bool changed;
	struct q_membership_row *row;
};

static struct status put(struct rpc_call *call, void *arg)
{
	struct put *put = arg;

	TRY(membership_put(call, &put->news, &put->changed));
	return q_membership(call->tx, put->news.account, put->news.organization, &put->row);
}

struct status auth_put_membership(struct rpc_call *call, const Auth__PutMembershipRequest *req,
				  Auth__PutMembershipResponse *resp)
{
	struct put state = {
		.news = {.account = pb_uuid(req->user_id),
			 .organization = pb_uuid(req->tenant_id),
			 .role = req->role,
			 .permissions = {req->permissions, req->n_permissions},
			 .epoch = (int64_t)req->epoch,
			 .active = req->active},
	};

	if (!uuid_eq(state.news.organization, call->tenant))
		return FAIL(TENANT_MISMATCH);
	if (!membership_may_change(call->principal, call->tenant))
		return FAIL(PERMISSION_REQUIRED);
	TRY(tx_run(call, put, &state));
	if (state.changed)
		sessions_publish(call, state.news.account);
	resp->epoch = (uint64_t)state.row->epoch;
	return OK;
}
