#pragma once

/*
 * Sessions: begun, ended, and told to the gateway through Redis.  PostgreSQL is
 * the truth; a record in Redis is written and then the truth is read again, so
 * that of two writers the one with old news never has the last word.
 */
#include "auth/token.h"

#define JOB_PUBLISH "publish_sessions"

/* Who signs in where: with a membership, or as a platform administrator. */
struct sign_in {
	struct uuid account;
	const char *email;
	const char *name;
	bool is_verified;
	instant created_at;
	const struct q_membership_row *membership;
	bool is_admin; /* from auth.account, which the invitation of an operator alone sets */
};

/* The tenant whose transaction and events a session of it belongs to. */
struct uuid sign_in_tenant(const struct sign_in *who);

/* A person's sessions at once; one more ends the one that was not used for longest. */
#define SESSIONS_MAX 50

/* Inside a transaction of that tenant: a new session; the job of sessions_changed() tells of an
 * end. */
struct status session_begin(struct rpc_call *call, const struct sign_in *who,
			    struct q_login_session_row **session);

/* Both tokens and what goes with them. */
struct status session_answer(struct rpc_call *call, const struct sign_in *who,
			     const struct q_login_session_row *session, Auth__TokenResponse *resp);

/* As messages, in the arena. */
Auth__User *user_to_proto(struct arena *arena, const struct sign_in *who);
struct status organization_show(struct arena *arena, const struct q_membership_row *row,
				Auth__Organization **out);

/*
 * Inside a transaction of any tenant: queues the job that tells the gateway what
 * became of the account's sessions since call->now.
 */
struct status sessions_changed(struct rpc_call *call, struct uuid account);

/*
 * After the commit: tells it now.  Failure is logged; the job does it again.
 */
void sessions_publish(struct rpc_call *call, struct uuid account);

/* One session, when the gateway asks; *state is NULL when there is none. */
struct status session_publish_one(struct rpc_call *call, struct uuid session, struct uuid account,
				  struct q_session_state_row **state);

struct status sessions_publish_job(struct rpc_call *call, const struct svc_job_run *job);
/* Removes what nobody asks for any more. */
struct status sessions_forget_job(struct rpc_call *call, const struct svc_job_run *job);
