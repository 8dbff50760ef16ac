#include "notification/notification.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>

#include "contract/time.h"
#include "world.h"

TEST_DATABASE

/* Jobs are looked for over all tenants: tests of this binary run one at a time. */
__attribute__((constructor)) static void one_at_a_time(void)
{
	setenv("CRITERION_JOBS", "1", 1);
}

static void set_up(void)
{
	mail_world_start(false);
}

TestSuite(mail, .init = set_up, .fini = mail_world_stop, .timeout = 60);

static const Notification__Message *send(struct uuid tenant, const char *subject, const char *text)
{
	Notification__SendEmailRequest req = NOTIFICATION__SEND_EMAIL_REQUEST__INIT;

	req.to = "patient@example.org";
	req.subject = subject;
	req.text = text;
	return expect_ok(call(as(tenant, "ann"), "SendEmail", &req));
}

Test(mail, is_handed_over_and_its_timeline_says_so)
{
	struct uuid acme = a_tenant_id("acme");
	const Notification__Message *message = send(acme, "Hello", "A text with = and ñ.");

	cr_assert_eq(message->status, NOTIFICATION__MESSAGE_STATUS__QUEUED);
	cr_assert(run_one_job(notification));
	cr_assert_eq(smtp_sink_count(sink), 1);
	cr_assert_not_null(strstr(smtp_sink_last(sink), "Subject: Hello\r\n"));
	cr_assert_not_null(strstr(smtp_sink_last(sink), "To: <patient@example.org>\r\n"));
	cr_assert_not_null(strstr(smtp_sink_last(sink), message->id),
			   "the Message-ID is the message's");
	message = status_of(acme, message->id);
	cr_assert_eq(message->status, NOTIFICATION__MESSAGE_STATUS__SENT);
	cr_assert_eq(message->n_timeline, 3);
	cr_assert_eq(message->timeline[2]->status, NOTIFICATION__MESSAGE_STATUS__SENT);
	cr_assert_eq(events_out("notification", acme, "notification.sent"), 1);
	cr_assert_not(run_one_job(notification));
}

Test(mail, a_subject_cannot_bring_headers_of_its_own)
{
	struct uuid acme = a_tenant_id("acme");

	send(acme, "Hi\r\nBcc: everybody@example.org\r\n\r\nbody", "text");
	cr_assert(run_one_job(notification));
	cr_assert_null(strstr(smtp_sink_last(sink), "\r\nBcc:"));
	send(acme, "Código de verificación para su medicamento número uno", "text");
	cr_assert(run_one_job(notification));
	cr_assert_not_null(strstr(smtp_sink_last(sink), "Subject: =?UTF-8?B?"));
	send(acme, "=?UTF-8?Q?Not_mine?=", "text");
	cr_assert(run_one_job(notification));
	cr_assert_null(strstr(smtp_sink_last(sink), "Not_mine"), "words are ours alone");
}

Test(mail, is_formed_as_mail_readers_expect)
{
	Notification__SendEmailRequest req = NOTIFICATION__SEND_EMAIL_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	const char *said;

	req.to = "patient@example.org";
	req.subject = "Hello";
	req.text = "one\ntwo\r\nthree";
	req.html = "<p>one</p>";
	now_is(SECONDS(1700000000));
	expect_ok(call(as(acme, "ann"), "SendEmail", &req));
	now_is(0);
	cr_assert(run_one_job(notification));
	said = smtp_sink_last(sink);
	cr_expect(strstr(said, "\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n"), "%s", said);
	cr_expect(strstr(said, "\r\none\r\ntwo\r\nthree\r\n"), "lines end as they do in mail: %s",
		  said);
	cr_expect(strstr(said, "Content-Type: multipart/alternative; boundary="), "%s", said);
	cr_expect(!strstr(said, "multipart/mixed"), "%s", said);
	cr_expect(strstr(said, "text/html"), "%s", said);
}

Test(mail, a_server_that_is_busy_is_tried_again_later)
{
	struct uuid acme = a_tenant_id("acme");
	const Notification__Message *message = send(acme, "Hello", "text");

	smtp_sink_answer(sink, 451);
	cr_assert(run_one_job(notification));
	message = status_of(acme, message->id);
	cr_assert_eq(message->status, NOTIFICATION__MESSAGE_STATUS__QUEUED);
	cr_assert_eq(message->attempts, 1);
	cr_assert_not(run_one_job(notification), "not at once");
	smtp_sink_answer(sink, 250);
	test_sql("UPDATE notification.job SET run_at = '2000-01-01'");
	cr_assert(run_one_job(notification));
	message = status_of(acme, message->id);
	cr_assert_eq(message->status, NOTIFICATION__MESSAGE_STATUS__SENT);
	cr_assert_eq(message->attempts, 2);
}

Test(mail, a_refused_one_fails_for_good)
{
	struct uuid acme = a_tenant_id("acme");
	const Notification__Message *message = send(acme, "Hello", "text");

	smtp_sink_answer(sink, 550);
	cr_assert(run_one_job(notification));
	message = status_of(acme, message->id);
	cr_assert_eq(message->status, NOTIFICATION__MESSAGE_STATUS__FAILED);
	cr_assert_str_eq(message->timeline[2]->detail, "RCPT 550");
	cr_assert_not(run_one_job(notification));
	cr_assert_eq(events_out("notification", acme, "notification.failed"), 1);
}

Test(mail, a_cancelled_one_never_leaves)
{
	Notification__CancelNotificationRequest cancel =
		NOTIFICATION__CANCEL_NOTIFICATION_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme"), beta = a_tenant_id("beta");
	const Notification__Message *message = send(acme, "Hello", "text");

	cancel.id = message->id;
	expect_fail(call(as(beta, "bob"), "CancelNotification", &cancel), NOT_FOUND,
		    "NOTIFICATION_NOT_FOUND");
	expect_ok(call(as(acme, "ann"), "CancelNotification", &cancel));
	expect_fail(call(as(acme, "ann"), "CancelNotification", &cancel), FAILED_PRECONDITION,
		    "ALREADY_SENT");
	run_one_job(notification);
	cr_assert_eq(smtp_sink_count(sink), 0);
}

Test(mail, what_it_says_is_sealed_at_rest_and_never_logged)
{
	struct uuid acme = a_tenant_id("acme");

	send(acme, "CANARY-SUBJECT", "CANARY-TEXT");
	cr_assert(run_one_job(notification));
	cr_assert_eq(test_count("SELECT count(*) FROM notification.message m WHERE m::text LIKE "
				"'%%CANARY%%' "
				"OR position('CANARY'::bytea IN sealed) > 0"),
		     0);
	cr_assert_null(strstr(logged(), "CANARY"));
	cr_assert_null(strstr(logged(), "patient@example.org"));
}

Test(mail, an_event_delivered_twice_makes_one_in_the_persons_language)
{
	const struct sealed_event registered = {"event", "verify_email", "ann@example.org", false};
	struct uuid acme = a_tenant_id("acme");

	expect_ok(deliver_sealed(acme, &registered));
	expect_ok(deliver_sealed(acme, &registered));
	expect_count(1, acme, "notification.message");
	cr_assert(run_one_job(notification));
	cr_assert_not_null(strstr(smtp_sink_last(sink), "Hola:"));
	cr_assert_not_null(
		strstr(smtp_sink_last(sink), "https://api.example/api/auth/verify-email/ev_token"));
}
