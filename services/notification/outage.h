#pragma once

/*
 * A mail server that takes no mails, whoever they are for: it is down, or it refuses our
 * account.  Then all mails wait, none uses up an attempt, one of them at a time tries
 * whether the server works again, and the operator is told once.  A row says so to every
 * replica; each keeps in memory until when it need not look.
 */
#include "base/instant.h"
#include "notification/smtp_verdict.h"
#include "svc/svc.h"

struct outage {
	int failures;	    /* in a row, so far; 0: the server is said to work */
	instant wait_until; /* not 0: do not try, but then */
};

/* For svc_job.is_ready. */
bool outage_is_over(const struct svc *svc, instant now);

/* Inside a transaction, before a mail is tried: takes the turn to try, or says when to come again.
 */
struct status outage_enter(struct rpc_call *call, struct outage *outage);

/*
 * Inside the transaction that ends the attempt.  seen is what outage_enter() said.
 * outage_note: the server failed again; *retry_at is when the mail's turn comes.
 * outage_clear: the server works.
 */
struct status outage_note(struct rpc_call *call, const struct outage *seen,
			  const struct smtp_answer *answer, instant *retry_at);
struct status outage_clear(struct rpc_call *call, const struct outage *seen);

/* At start. */
void outage_init(void);
