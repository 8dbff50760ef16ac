/*
 * One attempt to hand a mail over.  What the server's answer means is smtp_verdict.h's,
 * when to try again retry.h's, and outage.h keeps mails from being spent on a server
 * that takes none.
 */
#include "notification/delivery.h"
#include "base/log.h"
#include "notification/notification.h"
#include "notification/outage.h"
#include "notification/retry.h"
#include "notification/sender.h"
#include "notification/smtp.h"
#include "svc_core/metrics.h"

struct delivery {
	const struct svc_job_run *job;
	struct uuid id;
	struct outage outage;
	struct q_taken_row *row; /* NULL: not to be tried now, or not any more */
	struct smtp_answer answer;
	const char *outcome; /* "sent", "failed", "dead"; NULL: it is tried again */
	const char *detail;
	bool was_heard; /* the server answered to this mail, so it works */
};

static void count(const char *outcome)
{
	metric_add(metrics_counter("aegis_mails_total", "Attempts to hand a mail over.",
				   LABEL("outcome", outcome)),
		   1);
}

static struct status note(struct rpc_call *call, const struct delivery *d, const char *status,
			  const char *detail)
{
	return q_insert_timeline(call->tx, .id = uuid_v7(call->now), .message_id = d->id,
				 .status = status, .attempt = d->row->attempts, .detail = detail,
				 .now = call->now);
}

/* Counted and marked before the work, so that a crash is an attempt too. */
static struct status begin(struct rpc_call *call, void *arg)
{
	struct delivery *d = arg;

	d->row = NULL;
	TRY(outage_enter(call, &d->outage));
	if (d->outage.wait_until)
		return svc_job_again(call, d->outage.wait_until);
	TRY(q_take_message(call->tx, d->id, call->now, &d->row));
	if (!d->row)
		return svc_job_done(call);
	/* While the server is away a mail is tried every minute: its timeline need not say so. */
	return d->outage.failures ? OK : note(call, d, "sending", "");
}

static struct status finish(struct rpc_call *call, void *arg)
{
	struct delivery *d = arg;
	bool is_sent = strcmp(d->outcome, "sent") == 0;

	if (d->was_heard)
		TRY(outage_clear(call, &d->outage));
	TRY(q_finish_message(call->tx, d->id, d->outcome, call->now));
	TRY(note(call, d, d->outcome, d->detail));
	svc_emit(call, &(struct event_out){.action = is_sent ? "notification.sent"
							     : "notification.failed",
					   .target_kind = "notification",
					   .target_id = d->id,
					   .outcome = is_sent ? "success" : "refused"});
	return svc_job_done(call);
}

static struct status put_back(struct rpc_call *call, const struct delivery *d, int32_t uncounted,
			      instant at)
{
	TRY(q_requeue_message(call->tx, .id = d->id, .uncounted = uncounted, .next_attempt_at = at,
			      .now = call->now));
	return svc_job_again(call, at);
}

static struct status try_later(struct rpc_call *call, void *arg)
{
	struct delivery *d = arg;

	if (d->was_heard)
		TRY(outage_clear(call, &d->outage));
	TRY(note(call, d, "queued", d->detail));
	return put_back(call, d, 0, call->now + retry_wait(d->id, d->row->attempts));
}

static struct status wait_for_server(struct rpc_call *call, void *arg)
{
	struct delivery *d = arg;
	instant at;

	TRY(outage_note(call, &d->outage, &d->answer, &at));
	if (d->outage.failures == 0)
		TRY(note(call, d, "queued", d->detail));
	return put_back(call, d, 1, at);
}

/* The transaction that fits how the attempt ended. */
static svc_tx_fn conclude(struct delivery *d, enum smtp_verdict verdict, instant now)
{
	bool is_last = d->row->attempts >= RETRY_ATTEMPTS;

	if (!d->outcome && verdict == SMTP_SENT)
		d->outcome = "sent";
	else if (!d->outcome && verdict == SMTP_REFUSED)
		d->outcome = "failed";
	else if (verdict == SMTP_LATER ? is_last
				       : verdict == SMTP_NO_SERVICE && d->row->give_up_at <= now)
		d->outcome = "dead";
	count(d->outcome ? d->outcome : verdict == SMTP_LATER ? "later" : "no_service");
	return d->outcome ? finish : verdict == SMTP_LATER ? try_later : wait_for_server;
}

/* What can be said of the mail before the server is asked; OK: it can be sent. */
static struct status prepare(struct rpc_call *call, const struct delivery *d, struct mail *mail)
{
	const struct q_sealed_row sealed = {d->row->id, d->row->template, d->row->kid,
					    d->row->sealed};

	/* Every attempt before died with its process. */
	if (d->row->attempts > RETRY_ATTEMPTS)
		return FAIL(ATTEMPTS_BROKEN_OFF);
	TRY(mail_open(call, &sealed, mail));
	mail->sender = sender_name(call, mail);
	return OK;
}

static enum smtp_verdict hand_over(struct rpc_call *call, struct delivery *d)
{
	struct smtp_result result = {};
	struct mail mail;
	struct status st = prepare(call, d, &mail);

	if (is_ok(st))
		st = smtp_send(call->arena, &mail, d->id, &result);
	if (is_ok(st)) {
		d->answer = result.answer;
		d->was_heard = result.verdict != SMTP_NO_SERVICE;
		d->detail = result.verdict == SMTP_SENT
				    ? ""
				    : smtp_answer_text(call->arena, &result.answer);
		return result.verdict;
	}
	d->detail = reason_name(st.reason);
	log_error("a mail cannot be made", KV("message", d->id), KV_STATUS(st));
	/* A key that this replica has not loaded may come; what else is wrong stays so. */
	if (st.code == STATUS_UNAVAILABLE)
		return SMTP_LATER;
	d->outcome = st.code == STATUS_INVALID_ARGUMENT ? "failed" : "dead";
	return SMTP_REFUSED;
}

/*
 * The mail server may have taken the mail when the process dies before the end
 * is committed: it is then sent again under the same Message-ID.
 */
struct status run_delivery(struct rpc_call *call, const struct svc_job_run *job)
{
	struct delivery d = {.job = job};
	instant begun = instant_monotonic();
	enum smtp_verdict verdict;
	struct status st;

	if (!uuid_parse(job->payload, &d.id))
		return FAIL(JOB_PAYLOAD);
	TRY(tx_run(call, begin, &d));
	if (!d.row)
		return OK;
	verdict = hand_over(call, &d);
	/* Waits begin when the server has answered, which may have taken its time. */
	call->now += instant_monotonic() - begun;
	st = tx_run(call, conclude(&d, verdict, call->now), &d);
	smtp_rest();
	return st;
}
