#pragma once

/*
 * Whether an organization may act, as the gateway is told it through Redis.  PostgreSQL is the
 * truth (svc/standing.h); a record in Redis is written and then the truth is read again, so that of
 * two writers the one with old news never has the last word.
 */
#include "auth/auth.h"

struct Event__Event;

#define JOB_STANDING "publish_standing"

/*
 * Inside a transaction of the organization: keeps the standing if its version is greater, and
 * queues the job that tells the gateway.  *changed: standing_publish() is due after the commit.
 */
struct status organization_standing_put(struct rpc_call *call, struct uuid organization,
					const char *status, int64_t version, bool *changed);
/* After the commit: tells the gateway now.  The statuses of cache/session.h. */
struct status standing_publish(struct rpc_call *call, struct uuid organization);

/* tenant.status_changed, when PutStanding did not get through: the job that tells the gateway. */
struct status standing_on_event(struct rpc_call *call, const struct Event__Event *event);
struct status standing_publish_job(struct rpc_call *call, const struct svc_job_run *job);
/* Tells the gateway of every organization that may not act: Redis may have lost it. */
struct status standings_publish_job(struct rpc_call *call, const struct svc_job_run *job);
