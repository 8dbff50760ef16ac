#pragma once

/*
 * Messages to people.  Each is a row and a leased job: the row says what became
 * of it, the job makes it happen.  What a message says is sealed at rest and
 * leaves this process for the mail server alone.
 */
#include <aegis/event/v1/event.aegis.h>
#include <aegis/notification/v1/notification.aegis.h>

#include "notification/fill.h"
#include "svc/svc.h"

extern const struct svc_descriptor notification_daemon;

/* A mail before it is a row: all text UTF-8, none of it ever logged. */
struct mail {
	const char *template; /* "code", or "" for a free one */
	const char *to;
	const char *subject;
	const char *text;
	const char *html;   /* "" for none */
	const char *sender; /* whose name the reader sees; "" or NULL: the platform's alone */
};

/* NOT_FOUND/NOTIFICATION_NOT_FOUND. */
struct status message_lock(struct rpc_call *call, struct uuid id, struct q_message_row **row);

/* Says how a message changed; NULL for old: it was queued. */
struct status emit_message(struct rpc_call *call, const char *action,
			   const struct q_message_row *old, const Notification__Message *message);

/* Codes and links before alerts, those before what a tenant writes. */
enum job_class mail_class(const char *template);

/*
 * Queues a mail of the call's tenant in its open transaction: row, timeline and
 * job.  It leaves after the commit, not before send_at (0: at once).
 * FAILED_PRECONDITION/NO_BODY_KEY; RESOURCE_EXHAUSTED with QUEUE_LIMIT past
 * MAX_WAITING messages, or with a reason of allowance_take().
 */
#define MAX_WAITING 10000
struct status mail_queue(struct rpc_call *call, const struct mail *mail, instant send_at,
			 struct q_message_row **row);

/* A dead letter instead: it can be looked at and sent again.  why is for its timeline. */
struct status mail_bury(struct rpc_call *call, const struct mail *mail, const char *why);

/* A refused or dead one again, in the open transaction; *row is NULL when it is neither. */
struct status mail_replay(struct rpc_call *call, struct uuid id, struct q_message_row **row);

/*
 * Recipient, subject and bodies as one text, each behind its length: what is
 * sealed.  Both copy into the arena; unpack leaves template alone, and is false
 * when that is not what it was given.
 */
struct str mail_pack(struct arena *arena, const struct mail *mail);
bool mail_unpack(struct arena *arena, struct str packed, struct mail *mail);

/*
 * The sealed mail of a row.  UNAVAILABLE/BODY_KEY_UNKNOWN when this replica does not have
 * its key, DATA_LOSS/MAIL_SEALED when the key does not open it.
 */
struct status mail_open(struct rpc_call *call, const struct q_sealed_row *row, struct mail *mail);

/* Events that make mails (subscriptions). */
struct status on_user_registered(struct rpc_call *call, const Event__Event *event);
struct status on_account_mail(struct rpc_call *call, const Event__Event *event);
struct status on_code_issued(struct rpc_call *call, const Event__Event *event);
struct status on_operator_access(struct rpc_call *call, const Event__Event *event);
struct status on_compliance_alert(struct rpc_call *call, const Event__Event *event);
/* What the job `alert` is made of; NULL for an event that is no alert. */
const ProtobufCMessage *alert_payload(const Event__Event *event);

/* Jobs: turn a compliance alert into mails to its tenant; keep house. */
struct status run_alert(struct rpc_call *call, const struct svc_job_run *job);
struct status run_sweep(struct rpc_call *call, const struct svc_job_run *job);
