#include "auth/session.h"
#include "contract/time.h"

struct list {
	struct q_session_row *rows;
	size_t n;
};

static struct status read_sessions(struct rpc_call *call, void *arg)
{
	struct list *list = arg;

	return q_live_sessions(call->tx, call->principal->id, call->now, &list->rows, &list->n);
}

static Auth__Session *session_to_proto(const struct rpc_call *call, const struct q_session_row *row)
{
	Auth__Session *session = arena_new_of(call->arena, Auth__Session);

	auth__session__init(session);
	session->id = uuid_text(call->arena, row->id);
	session->current = uuid_eq(row->id, call->principal->session);
	session->user_agent = row->user_agent;
	session->address = row->address;
	session->created_at = pb_timestamp(call->arena, row->created_at);
	session->last_seen_at = pb_timestamp(call->arena, row->last_seen_at);
	session->expires_at = pb_timestamp(call->arena, row->expires_at);
	return session;
}

struct status auth_list_sessions(struct rpc_call *call, const Auth__ListSessionsRequest *req,
				 Auth__ListSessionsResponse *resp)
{
	struct list list;

	(void)req;
	TRY(tx_run_as(call, (struct uuid){}, read_sessions, &list));
	resp->sessions = arena_array_of(call->arena, Auth__Session *, list.n);
	for (size_t i = 0; i < list.n; i++)
		resp->sessions[resp->n_sessions++] = session_to_proto(call, &list.rows[i]);
	return OK;
}
