#include <string.h>

#include "aegis/notification/v1/notification.aegis.h"
#include "faults/fault_loop.h"
#include "notification/notification.h"
#include "notification/settings.h"
#include "notification/smtp.h"
#include "notification/smtp_sink.h"
#include "support/svc_test_internal.h"

static struct test_daemon *notification;
static struct smtp_sink *sink;
static const char *message, *key;

static void set_up(void)
{
	test_sql("TRUNCATE notification.job, notification.outbox");
	smtp_init();
	sink = smtp_sink_start();
	notification_config = (struct notification_config){.smtp_url = smtp_sink_url(sink),
							   .smtp_user = "",
							   .mail_from = "no-reply@aegis.example",
							   .public_url = "https://api.example",
							   .smtp_timeout_ms = 5000,
							   .mails_per_day = 1000000,
							   .mails_per_recipient = 1000000};
	notification = daemon_start(&notification_daemon);
}

static void tear_down(void)
{
	smtp_sink_stop(sink);
	daemons_stop();
}

TestSuite(faults, .init = set_up, .fini = tear_down, .timeout = 120);

static void name_key(unsigned round)
{
	fault_next_round(round);
	key = arena_printf(test_world.arena, "key-%u", round);
}

static struct answer send_mail(void)
{
	Notification__SendEmailRequest req = NOTIFICATION__SEND_EMAIL_REQUEST__INIT;

	req.to = "patient@example.org";
	req.subject = "Hello";
	req.text = "Your code is ready.";
	return call(with_key(as(fault_tenant, "ann"), key), "SendEmail", &req);
}

static int64_t mails_queued(void)
{
	return fault_rows("notification.message WHERE status = 'queued'") +
	       fault_rows("notification.timeline WHERE true") +
	       fault_rows("notification.job WHERE kind = 'deliver'") +
	       events_out("notification", fault_tenant, "notification.queued");
}

static const struct fault_case queueing = {
	.prepare = name_key,
	.ask = send_mail,
	.effects = mails_queued,
	.whole = 4,
};

Test(faults, a_mail_is_queued_once_or_not_at_all)
{
	fault_every_statement(&queueing);
}

Test(faults, a_mail_is_queued_once_or_not_whatever_allocation_fails)
{
	fault_every_allocation(&queueing);
}

static void queue_mail(unsigned round)
{
	const Notification__Message *queued;

	test_sql("TRUNCATE notification.job");
	name_key(round);
	queued = expect_ok(send_mail());
	message = arena_strdup(test_world.arena, queued->id);
}

static int64_t mails_sent(void)
{
	return fault_rows("notification.message WHERE status = 'sent'");
}

/* As if its wait or the lease of who died with it were over. */
static struct answer deliver(void)
{
	struct answer answer;

	test_sql("UPDATE notification.job SET run_at = '2000-01-01', leased_until = NULL");
	answer = fault_run_jobs(notification);
	if (is_ok(answer.status) && mails_sent() == 0)
		answer.status = FAULT_UNKNOWN;
	return answer;
}

/* A mail that is said to be sent is one that the server has; it may have it without our saying so.
 */
static int64_t mails_delivered(void)
{
	bool has_it = smtp_sink_count(sink) > 0 && strstr(smtp_sink_last(sink), message);

	return mails_sent() == 0
		       ? 0
		       : mails_sent() + has_it +
				 events_out("notification", fault_tenant, "notification.sent");
}

static const struct fault_case delivery = {
	.prepare = queue_mail,
	.ask = deliver,
	.effects = mails_delivered,
	.whole = 3,
};

Test(faults, a_mail_is_delivered_and_told_or_tried_again)
{
	fault_every_statement(&delivery);
	cr_assert_eq(test_count("SELECT count(*) FROM notification.job"), 0);
}

Test(faults, a_mail_is_delivered_or_tried_again_whatever_allocation_fails)
{
	fault_every_allocation(&delivery);
	cr_assert_eq(test_count("SELECT count(*) FROM notification.job"), 0);
}
