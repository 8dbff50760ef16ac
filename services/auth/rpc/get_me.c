#include "auth/session.h"

struct me {
	struct q_account_row *account;
	struct q_membership_row *rows;
	size_t n;
};

static struct status read_me(struct rpc_call *call, void *arg)
{
	struct me *me = arg;

	TRY(q_account_by_id(call->tx, call->principal->id, &me->account));
	if (!me->account)
		return FAIL(USER_NOT_FOUND);
	return q_memberships(call->tx, call->principal->id, &me->rows, &me->n);
}

struct status auth_get_me(struct rpc_call *call, const Auth__GetMeRequest *req, Auth__Me *resp)
{
	struct sign_in who;
	struct me me;

	(void)req;
	TRY(tx_run_as(call, (struct uuid){}, read_me, &me));
	who = (struct sign_in){.account = me.account->id,
			       .email = me.account->email,
			       .name = me.account->name,
			       .is_verified = me.account->email_verified_at != NULL,
			       .created_at = me.account->created_at};
	resp->user = user_to_proto(call->arena, &who);
	resp->is_platform_admin = me.account->is_platform_admin;
	TRY(q_membership_list(call->arena, me.rows, me.n, &resp->n_organizations,
			      &resp->organizations));
	for (size_t i = 0; i < me.n; i++) {
		if (uuid_eq(me.rows[i].organization_id, call->principal->tenant))
			resp->organization = resp->organizations[i];
	}
	return OK;
}
