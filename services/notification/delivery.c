#include "base/log.h"
#include "notification/notification.h"
#include "notification/smtp.h"

#define MAX_ATTEMPTS 8

struct delivery {
	const struct svc_job_run *job;
	struct uuid id;
	struct q_sealed_row *row; /* NULL: cancelled or gone */
	const char *status;
	const char *detail;
};

static struct status note(struct rpc_call *call, const struct delivery *d, const char *status,
			  const char *detail)
{
	return q_insert_timeline(call->tx, .id = uuid_v7(call->now), .message_id = d->id,
				 .status = status, .attempt = (int32_t)d->job->attempt,
				 .detail = detail, .now = call->now);
}

/* Counted and marked before the work, so that a crash is an attempt too. */
static struct status begin(struct rpc_call *call, void *arg)
{
	struct delivery *d = arg;

	TRY(q_take_message(call->tx, d->id, (int32_t)d->job->attempt, call->now, &d->row));
	if (!d->row)
		return svc_job_done(call);
	return note(call, d, "sending", "");
}

static struct status end(struct rpc_call *call, void *arg)
{
	struct delivery *d = arg;

	TRY(q_finish_message(call->tx, d->id, d->status, call->now));
	TRY(note(call, d, d->status, d->detail));
	svc_emit(call, &(struct event_out){
			       .action = strcmp(d->status, "sent") == 0 ? "notification.sent"
									: "notification.failed",
			       .target_kind = "notification",
			       .target_id = d->id,
			       .outcome = strcmp(d->status, "sent") == 0 ? "success" : "refused"});
	return svc_job_done(call);
}

static struct status retry_later(struct rpc_call *call, void *arg)
{
	struct delivery *d = arg;

	TRY(q_requeue_message(call->tx, d->id, call->now));
	return note(call, d, "queued", d->detail);
}

/*
 * The mail server may have taken the mail when the process dies before the end
 * is committed: it is then sent again under the same Message-ID.
 */
struct status run_delivery(struct rpc_call *call, const struct svc_job_run *job)
{
	struct delivery d = {.job = job};
	struct status sent;
	struct mail mail;
	long code;

	if (!uuid_parse(job->payload, &d.id))
		return FAIL(DATA_LOSS, "JOB_PAYLOAD");
	TRY(tx_run(call, begin, &d));
	if (!d.row)
		return OK;
	TRY(mail_open(call, d.row, &mail));
	sent = smtp_send(call->arena, &mail, d.id, &code);
	d.detail = code ? arena_printf(call->arena, "%ld", code) : sent.reason ? sent.reason : "";
	if (is_ok(sent))
		d.status = "sent";
	else if (sent.code != STATUS_UNAVAILABLE || job->attempt >= MAX_ATTEMPTS)
		d.status = "failed";
	if (d.status)
		return tx_run(call, end, &d);
	TRY(tx_run(call, retry_later, &d));
	return sent;
}
