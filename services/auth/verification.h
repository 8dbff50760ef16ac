#pragma once

/* The mails that ask to confirm an e-mail address. */
#include "auth/account_link.h"
#include "auth/registration.h"

#define JOB_RESEND "resend_verification"

/* Inside a transaction of the organization: makes the token, emits user.registered. */
struct status verification_send(struct rpc_call *call, const struct registration *registration);

/*
 * Sends the mail again to the address in the payload, if there is an account for it that may
 * have one.  Done by a job, so that the caller waits equally long whether there is one.
 */
struct status verification_resend_job(struct rpc_call *call, const struct svc_job_run *job);
