#pragma once

/*
 * Registration in two daemons, as a saga: a pending account with fixed ids and a
 * job are written first; tenant makes the organization with that id, as often as
 * it is asked; then account and membership become real in one transaction.
 * Killed anywhere, the job finishes it, or takes back what cannot be finished.
 */
#include "auth/session.h"

#define JOB_REGISTER "finish_registration"

struct registration {
	struct uuid account;
	struct uuid organization;
	const char *email;
	const char *name;
	const char *organization_name;
	const char *organization_kind;
	const char *locale;
	const struct credential *credential;
};

/* Its own transaction.  ALREADY_EXISTS/EMAIL_TAKEN. */
struct status registration_begin(struct rpc_call *call, const struct registration *registration);

/* Asks tenant; outside any transaction.  tenant's statuses. */
struct status registration_make_tenant(struct rpc_call *call,
				       const struct registration *registration);

/* Takes the organization back; outside any transaction, as often as wanted.  tenant's statuses. */
struct status registration_discard_tenant(struct rpc_call *call, struct uuid organization);

/*
 * Inside a transaction of the organization: does nothing when it was done before.
 * Emits user.registered with the verification mail sealed to notification.
 */
struct status registration_activate(struct rpc_call *call, const struct registration *registration);

/* The pending registration of an account in the arena; *out is NULL when there is none. */
struct status registration_find(struct rpc_call *call, struct uuid account,
				struct registration **out);

struct status registration_job(struct rpc_call *call, const struct svc_job_run *job);
