#include "auth/session.h"

struct list {
	struct q_login_session_row *rows;
	size_t n;
};

static struct status read_sessions(struct rpc_call *call, void *arg)
{
	struct list *list = arg;

	return q_live_sessions(call->tx, call->principal->id, call->now, &list->rows, &list->n);
}

struct status auth_list_sessions(struct rpc_call *call, const Auth__ListSessionsRequest *req,
				 Auth__ListSessionsResponse *resp)
{
	struct list list;

	(void)req;
	TRY(tx_run_as(call, (struct uuid){}, read_sessions, &list));
	TRY(q_login_session_list(call->arena, list.rows, list.n, &resp->n_sessions,
				 &resp->sessions));
	for (size_t i = 0; i < list.n; i++)
		resp->sessions[i]->current = uuid_eq(list.rows[i].id, call->principal->session);
	return OK;
}
