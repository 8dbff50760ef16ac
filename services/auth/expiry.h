#pragma once

/*
 * Registrations that nobody confirms end: the account, its sessions and its organization go,
 * and the address can register again.  Not when others belong to the organization, or the
 * account to another one.
 */
#include "auth/registration.h"

/* From registration; links that confirm the address are mailed again on demand meanwhile. */
#define REGISTRATION_TTL HOURS(48)

/* Periodic.  Killed anywhere, the next run goes on. */
struct status expiry_job(struct rpc_call *call, const struct svc_job_run *job);
