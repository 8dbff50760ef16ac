/* What becomes of a mail whose server does not take it at once, and whose turn it is. */
#include <criterion/hooks.h>

#include "base/instant.h"
#include "notification/notification.h"
#include "notification/retry.h"
#include "notification/settings.h"
#include "svc/internal.h"
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

static void set_up_serving(void)
{
	mail_world_start(true);
}

TestSuite(delivery, .init = set_up, .fini = mail_world_stop, .timeout = 60);
TestSuite(turns, .init = set_up_serving, .fini = mail_world_stop, .timeout = 60);

static int times_logged(const char *text)
{
	const char *at = logged();
	int n = 0;

	while ((at = strstr(at, text))) {
		n++;
		at += strlen(text);
	}
	return n;
}

static const char *name_of(struct uuid id)
{
	static char text[UUID_TEXT];

	uuid_format(text, id);
	return text;
}

static struct answer replay(const struct caller *who, const char *id)
{
	Notification__ReplayNotificationRequest req =
		NOTIFICATION__REPLAY_NOTIFICATION_REQUEST__INIT;

	req.id = id;
	return call(who, "ReplayNotification", &req);
}

Test(delivery, an_account_that_the_server_refuses_is_one_alert_and_loses_no_mail)
{
	struct uuid acme = a_tenant_id("acme"), beta = a_tenant_id("beta");
	const char *ids[40];

	for (int i = 0; i < 40; i++)
		ids[i] = send_to(i % 2 ? acme : beta, "patient@example.org")->id;
	smtp_sink_script(sink, SINK_MAIL, "530 5.7.0 log in first");
	for (int minute = 0; minute < 12; minute++) {
		run_jobs();
		time_passes();
	}
	cr_assert_eq(smtp_sink_tries(sink), 12, "one mail at a time asks: %d",
		     smtp_sink_tries(sink));
	cr_assert_eq(times_logged("the mail server takes no mails"), 1, "%s", logged());
	smtp_sink_script(sink, SINK_MAIL, NULL);
	run_jobs();
	cr_assert_eq(times_logged("the mail server takes mails again"), 1, "%s", logged());
	cr_assert_eq(smtp_sink_count(sink), 40);
	for (int i = 0; i < 40; i++) {
		const Notification__Message *message = status_of(i % 2 ? acme : beta, ids[i]);

		cr_assert_eq(message->status, NOTIFICATION__MESSAGE_STATUS__SENT);
		cr_assert_eq(message->attempts, 1, "no attempt was used up");
		cr_assert_leq(message->n_timeline, 5, "nor a line written a minute");
	}
}

Test(delivery, what_a_server_takes_no_more_for_days_is_given_up_and_can_be_sent_again)
{
	struct uuid acme = a_tenant_id("acme");
	const char *id = send_to(acme, "patient@example.org")->id;

	smtp_sink_script(sink, SINK_GREETING, "554 no");
	cr_assert_eq(run_jobs(), 1);
	cr_assert_eq(status_of(acme, id)->status, NOTIFICATION__MESSAGE_STATUS__QUEUED);
	test_sql("UPDATE notification.message SET give_up_at = '2000-01-01'");
	time_passes();
	cr_assert_eq(run_jobs(), 1);
	cr_assert_eq(status_of(acme, id)->status, NOTIFICATION__MESSAGE_STATUS__DEAD);
	smtp_sink_script(sink, SINK_GREETING, NULL);
	time_passes();
	expect_ok(replay(as(acme, "ann"), id));
	cr_assert_eq(run_jobs(), 1);
	cr_assert_eq(status_of(acme, id)->status, NOTIFICATION__MESSAGE_STATUS__SENT);
}

Test(delivery, greylisting_for_ten_minutes_loses_nothing)
{
	struct uuid acme = a_tenant_id("acme");
	const char *id = send_to(acme, "patient@example.org")->id;
	instant sent_at = instant_now();

	smtp_sink_script(sink, SINK_RCPT, "451 4.7.1 come again in ten minutes");
	for (int attempt = 1; attempt <= 3; attempt++) {
		cr_assert_eq(run_jobs(), 1);
		cr_assert_eq(status_of(acme, id)->attempts, attempt);
		cr_assert_str_eq(last_detail(acme, id), "RCPT 451 4.7.1");
		cr_assert_eq(run_jobs(), 0, "not at once");
		time_passes();
	}
	cr_assert_geq(test_count("SELECT extract(epoch FROM next_attempt_at)::int8 FROM "
				 "notification.message WHERE id = '%s'",
				 id),
		      (sent_at + MINUTES(24)) / SECONDS(1),
		      "half an hour after the third, less a fifth");
	smtp_sink_script(sink, SINK_RCPT, NULL);
	cr_assert_eq(run_jobs(), 1);
	cr_assert_eq(status_of(acme, id)->status, NOTIFICATION__MESSAGE_STATUS__SENT);
}

Test(delivery, what_no_attempt_could_deliver_is_a_dead_letter_that_may_be_sent_again)
{
	Notification__ListNotificationsRequest list =
		NOTIFICATION__LIST_NOTIFICATIONS_REQUEST__INIT;
	const Notification__ListNotificationsResponse *dead;
	struct uuid acme = a_tenant_id("acme"), beta = a_tenant_id("beta");
	const char *id = send_to(acme, "patient@example.org")->id;

	smtp_sink_script(sink, SINK_RCPT, "451 4.2.0 not now");
	for (int attempt = 1; attempt <= RETRY_ATTEMPTS; attempt++) {
		cr_assert_eq(run_jobs(), 1);
		time_passes();
	}
	cr_assert_eq(run_jobs(), 0);
	list.status = "dead";
	dead = expect_ok(call(as(acme, "ann"), "ListNotifications", &list));
	cr_assert_eq(dead->n_notifications, 1);
	cr_assert_str_eq(dead->notifications[0]->id, id);
	cr_assert_eq(dead->notifications[0]->attempts, RETRY_ATTEMPTS);
	expect_fail(replay(as_with(acme, "ann", "notifications:send"), id), PERMISSION_DENIED,
		    "PERMISSION_REQUIRED");
	expect_fail(replay(as(beta, "bob"), id), NOT_FOUND, "NOTIFICATION_NOT_FOUND");
	smtp_sink_script(sink, SINK_RCPT, NULL);
	expect_ok(replay(as(acme, "ann"), id));
	expect_fail(replay(as(acme, "ann"), id), FAILED_PRECONDITION, "NOT_GIVEN_UP");
	cr_assert_eq(run_jobs(), 1);
	cr_assert_eq(status_of(acme, id)->status, NOTIFICATION__MESSAGE_STATUS__SENT);
	expect_fail(replay(as(acme, "ann"), id), FAILED_PRECONDITION, "NOT_GIVEN_UP");
	cr_assert_eq(events_out("notification", acme, "notification.replayed"), 1);
}

Test(delivery, a_crash_counts_as_an_attempt)
{
	struct uuid acme = a_tenant_id("acme");
	const char *id = send_to(acme, "patient@example.org")->id;

	/* As often as there are attempts the process died after it had begun. */
	test_sql(
		"UPDATE notification.message SET status = 'sending', attempts = %d WHERE id = '%s'",
		RETRY_ATTEMPTS, id);
	cr_assert_eq(run_jobs(), 1);
	cr_assert_eq(status_of(acme, id)->status, NOTIFICATION__MESSAGE_STATUS__DEAD);
	cr_assert_eq(smtp_sink_tries(sink), 0);
}

Test(delivery, a_broken_mail_is_a_dead_letter_and_leaves_the_queue)
{
	struct uuid acme = a_tenant_id("acme");
	const char *id = send_to(acme, "patient@example.org")->id;

	test_sql("UPDATE notification.message SET sealed = '\\x00' WHERE id = '%s'", id);
	cr_assert_eq(run_jobs(), 1);
	cr_assert_eq(status_of(acme, id)->status, NOTIFICATION__MESSAGE_STATUS__DEAD);
	cr_assert_str_eq(last_detail(acme, id), "MAIL_SEALED");
	expect_count(0, acme, "notification.message WHERE status IN ('queued', 'sending')");
}

Test(delivery, a_mail_whose_job_is_gone_does_not_count_in_the_queue_for_ever)
{
	struct uuid acme = a_tenant_id("acme");
	const char *id = send_to(acme, "patient@example.org")->id;

	test_sql("UPDATE notification.job SET state = 'dead'");
	test_sql("UPDATE notification.message SET updated_at = '2000-01-01' WHERE id = '%s'", id);
	test_sql("UPDATE notification.lease SET due_at = '2000-01-01', until = '2000-01-01'");
	run_jobs();
	cr_assert_eq(status_of(acme, id)->status, NOTIFICATION__MESSAGE_STATUS__DEAD);
	expect_ok(replay(as(acme, "ann"), id));
	cr_assert_eq(run_jobs(), 1);
	cr_assert_eq(status_of(acme, id)->status, NOTIFICATION__MESSAGE_STATUS__SENT);
}

Test(delivery, a_key_that_the_replica_has_not_loaded_uses_up_no_mail_for_good)
{
	struct uuid acme = a_tenant_id("acme");
	const char *id = send_to(acme, "patient@example.org")->id;

	test_sql("UPDATE notification.message SET kid = 'of-another-replica' WHERE id = '%s'", id);
	cr_assert_eq(run_jobs(), 1);
	cr_assert_eq(status_of(acme, id)->status, NOTIFICATION__MESSAGE_STATUS__QUEUED);
	cr_assert_str_eq(last_detail(acme, id), "BODY_KEY_UNKNOWN");
}

Test(delivery, codes_and_links_go_before_what_tenants_write)
{
	struct uuid acme = a_tenant_id("acme"), beta = a_tenant_id("beta");

	for (int i = 0; i < 5; i++)
		send_to(acme, "bulk@example.org");
	expect_ok(deliver_sealed(
		acme, &(struct sealed_event){"one", "verify_email", "link@example.org", false}));
	expect_ok(deliver_sealed(beta,
				 &(struct sealed_event){"two", "code", "code@example.org", false}));
	for (int i = 0; i < 2; i++) {
		cr_assert(run_one_job(notification));
		cr_assert_null(strstr(smtp_sink_last(sink), "bulk@example.org"));
	}
	cr_assert_eq(run_jobs(), 5);
}

Test(delivery, organizations_take_turns)
{
	struct uuid acme = a_tenant_id("acme"), beta = a_tenant_id("beta");

	for (int i = 0; i < 10; i++)
		send_to(acme, "acme@example.org");
	send_to(beta, "beta@example.org");
	send_to(beta, "beta@example.org");
	for (int i = 0; i < 4; i++)
		cr_assert(run_one_job(notification));
	cr_assert_eq(test_count("SELECT count(*) FROM notification.message WHERE status = 'sent' "
				"AND tenant_id = '%s'",
				name_of(beta)),
		     2, "two of four were the other's");
}

static bool has_got_one(void *tenant)
{
	return test_count("SELECT count(*) FROM notification.message WHERE status = 'sent' AND "
			  "tenant_id = '%s'",
			  name_of(*(struct uuid *)tenant)) > 0;
}

static bool are_hanging(void *nothing)
{
	(void)nothing;
	return smtp_sink_tries(sink) >= 2;
}

Test(turns, one_organization_whose_mails_hang_delays_the_others_by_less_than_a_second)
{
	struct uuid acme = a_tenant_id("acme"), beta = a_tenant_id("beta");
	instant begun;

	smtp_sink_script(sink, SINK_RCPT, SINK_HANGS);
	smtp_sink_only_for(sink, "hung.example");
	for (int i = 0; i < 50; i++)
		send_to(acme, "patient@hung.example");
	expect_soon(are_hanging, NULL);
	begun = instant_monotonic();
	send_to(beta, "patient@quick.example");
	expect_soon(has_got_one, &beta);
	cr_assert_lt(instant_monotonic() - begun, SECONDS(1), "%lld ms",
		     (long long)(instant_monotonic() - begun) / 1000);
}
