/* Who may write to whom, what strangers are shown, and what is kept when it cannot be sent. */
#include <aegis/tenant/v1/tenant.aegis.h>
#include <criterion/hooks.h>
#include <stdio.h>

#include "aegis/svc/v1/svc.aegis.h"
#include "base/instant.h"
#include "notification/mail_head.h"
#include "notification/notification.h"
#include "notification/sender.h"
#include "notification/settings.h"
#include "support/svc_test_internal.h"
#include "svc_core/metrics.h"
#include "tenant/tenant.h"
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

TestSuite(senders, .init = set_up, .fini = mail_world_stop, .timeout = 60);
TestSuite(allowances, .init = set_up, .fini = mail_world_stop, .timeout = 60);
TestSuite(events, .init = set_up, .fini = mail_world_stop, .timeout = 60);

static struct answer send_as(const struct caller *who, const char *to)
{
	Notification__SendEmailRequest req = NOTIFICATION__SEND_EMAIL_REQUEST__INIT;

	req.to = to;
	req.subject = "Hello";
	req.text = "A text.";
	return call(who, "SendEmail", &req);
}

Test(senders, who_has_not_confirmed_their_address_sends_nothing)
{
	struct uuid acme = a_tenant_id("acme");
	Notification__ReplayNotificationRequest again =
		NOTIFICATION__REPLAY_NOTIFICATION_REQUEST__INIT;
	const char *id = send_to(acme, "bob@example.org")->id;
	Notification__CancelNotificationRequest cancel =
		NOTIFICATION__CANCEL_NOTIFICATION_REQUEST__INIT;

	expect_fail(send_as(as_unconfirmed(acme, "ann"), "bob@example.org"), PERMISSION_DENIED,
		    "EMAIL_NOT_VERIFIED");
	again.id = cancel.id = id;
	expect_fail(call(as_unconfirmed(acme, "ann"), "ReplayNotification", &again),
		    PERMISSION_DENIED, "EMAIL_NOT_VERIFIED");
	expect_count(1, acme, "notification.message");
	expect_ok(call(as_unconfirmed(acme, "ann"), "CancelNotification", &cancel));
}

/* The columns of a topic's line in proto/manifest/topics.txt; false when there is none. */
static bool topic_line(const char *topic, struct str columns[4])
{
	char *line = arena_alloc(test_world.arena, 1024), path[256];
	bool is_found = false;
	FILE *in;

	snprintf(path, sizeof path, "%s/proto/manifest/topics.txt", getenv("AEGIS_SOURCE"));
	in = fopen(path, "re");
	cr_assert(in, "%s", path);
	while (!is_found && fgets(line, 1024, in)) {
		struct str rest = str_of(line);

		for (int i = 0; i < 4; i++)
			columns[i] = str_trim(str_take_until(&rest, '|'));
		is_found = str_eq_c(columns[0], topic);
	}
	fclose(in);
	return is_found;
}

Test(senders, every_topic_that_is_mailed_names_the_rpcs_that_its_mails_follow_from)
{
	struct str columns[4];

	cr_assert_gt(notification_daemon.n_subscriptions, 4);
	for (size_t i = 0; i < notification_daemon.n_subscriptions; i++) {
		const char *topic = notification_daemon.subscriptions[i].topic;

		cr_assert(topic_line(topic, columns), "%s", topic);
		/* One of before is still taken, but no longer sent. */
		if (memmem(columns[1].ptr, columns[1].len, "notification", 12))
			cr_expect(!str_eq_c(columns[3], "-"), "%s", topic);
	}
}

Test(senders, a_mail_to_an_unconfirmed_address_has_no_word_of_who_registered)
{
	struct uuid acme = a_tenant_id("acme");

	expect_ok(deliver_sealed(
		acme, &(struct sealed_event){"one", "verify_email", "ann@example.org", false}));
	cr_assert_eq(run_jobs(), 1);
	cr_assert_not_null(strstr(smtp_sink_last(sink), "confirme esta"));
	cr_assert_null(strstr(smtp_sink_last(sink), "evil.example"));
	cr_assert_null(strstr(smtp_sink_last(sink), "Ann"));
	cr_assert_not_null(strstr(smtp_sink_last(sink), "From: <no-reply@aegis.example>\r\n"));
}

static void make_tenant(struct uuid id, const char *name)
{
	Tenant__CreateTenantRequest req = TENANT__CREATE_TENANT_REQUEST__INIT;
	char text[UUID_TEXT], owner[UUID_TEXT];

	uuid_format(text, id);
	uuid_format(owner, an_id("owner"));
	req.id = text;
	req.name = name;
	req.kind = TENANT__TENANT_KIND__PHARMA;
	req.owner_user_id = owner;
	req.owner_email = "ann@example.org";
	req.owner_name = "Ann";
	expect_ok(call(as_daemon("auth", id), "CreateTenant", &req));
}

Test(senders, the_reader_sees_the_organization_and_the_platforms_address)
{
	struct uuid acme = a_tenant_id("acme");
	struct test_daemon *own = notification;

	daemon_start(&tenant_daemon, .serve = true);
	make_tenant(acme, "Acme \"Pharma\" <x>");
	cr_assert(is_ok(call_to(own, as(acme, "ann"), "SendEmail",
				&(Notification__SendEmailRequest){
					.base = PROTOBUF_C_MESSAGE_INIT(
						&notification__send_email_request__descriptor),
					.to = "bob@example.org",
					.subject = "Hello",
					.text = "A text.",
					.html = ""})
				.status));
	cr_assert_eq(run_jobs(), 1);
	cr_assert_not_null(strstr(smtp_sink_last(sink), "From: \"Acme  Pharma   x  via Aegis\" "
							"<no-reply@aegis.example>\r\n"),
			   "%s\n%s", smtp_sink_last(sink), logged());
}

static const char *from_of(struct arena *arena, const char *sender)
{
	const struct mail mail = {.template = "",
				  .to = "bob@example.org",
				  .subject = "",
				  .text = "",
				  .html = "",
				  .sender = sender};
	struct mail_head head;

	cr_assert(is_ok(mail_head_make(arena, &mail, "a@aegis.example", uuid_v7(1), &head)));
	return head.lines[0];
}

Test(names, of_a_sender_bring_no_line_no_address_and_no_web_address)
{
	struct arena *arena = arena_new(1 << 20);

	cr_expect_str_eq(from_of(arena, "Acme Pharma"), "From: \"Acme Pharma\" <a@aegis.example>");
	cr_expect_str_eq(from_of(arena, "Acme\r\nBcc: x@y.example"), "From: <a@aegis.example>");
	cr_expect_str_eq(from_of(arena, "See shop.example"), "From: <a@aegis.example>");
	cr_expect_str_eq(from_of(arena, "boss@bank.example"), "From: <a@aegis.example>");
	cr_expect_str_eq(from_of(arena, "Farmacéutica"),
			 "From: =?UTF-8?B?RmFybWFjw6l1dGljYQ==?=\r\n <a@aegis.example>");
	arena_free(&arena);
}

Test(allowances, of_an_organizations_day_are_kept_and_renew_at_midnight)
{
	struct uuid acme = a_tenant_id("acme"), beta = a_tenant_id("beta");
	instant noon = DAYS(20000) + HOURS(12);
	struct answer refused;

	notification_config.mails_per_day = 3;
	now_is(noon);
	for (int i = 0; i < 3; i++)
		send_to(acme, "patient@example.org");
	refused = send_as(as(acme, "ann"), "other@example.org");
	expect_fail(refused, RESOURCE_EXHAUSTED, "MAIL_ALLOWANCE_TENANT");
	cr_assert_gt(refused.retry_after_ms, HOURS(11) / 1000);
	cr_assert_leq(refused.retry_after_ms, HOURS(12) / 1000 + 1);
	expect_ok(deliver_sealed(
		acme, &(struct sealed_event){"code", "code", "patient@example.org", false}));
	send_to(beta, "patient@example.org");
	now_is(noon + HOURS(12));
	send_to(acme, "patient@example.org");
	expect_count(5, acme, "notification.message WHERE status = 'queued'");
}

Test(allowances, of_a_recipients_day_are_kept_whatever_the_spelling)
{
	struct uuid acme = a_tenant_id("acme");

	notification_config.mails_per_recipient = 2;
	send_to(acme, "patient@example.org");
	send_to(acme, "Patient@Example.org");
	expect_fail(send_as(as(acme, "ann"), "PATIENT@example.org"), RESOURCE_EXHAUSTED,
		    "MAIL_ALLOWANCE_RECIPIENT");
	send_to(acme, "other@example.org");
	cr_assert_eq(test_count("SELECT count(*) FROM notification.allowance WHERE "
				"position('example'::bytea IN who) > 0"),
		     0, "addresses are counted by a hash");
}

Test(allowances, many_at_once_do_not_pass_the_limit)
{
	struct uuid acme = a_tenant_id("acme");
	int sent = 0;

	notification_config.mails_per_day = 5;
	for (int i = 0; i < 20; i++)
		sent += is_ok(send_as(as(acme, "ann"), "patient@example.org").status);
	cr_assert_eq(sent, 5);
	expect_count(5, acme, "notification.message");
}

Test(allowances, a_code_beyond_them_is_a_dead_letter_and_not_lost)
{
	struct uuid acme = a_tenant_id("acme");

	notification_config.mails_per_recipient = 1;
	expect_ok(deliver_sealed(
		acme, &(struct sealed_event){"one", "code", "patient@example.org", false}));
	expect_ok(deliver_sealed(
		acme, &(struct sealed_event){"two", "code", "patient@example.org", false}));
	expect_count(1, acme, "notification.message WHERE status = 'queued'");
	expect_count(1, acme, "notification.message WHERE status = 'dead'");
	expect_count(1, acme, "notification.timeline WHERE detail = 'MAIL_ALLOWANCE_RECIPIENT'");
}

/* Was the event taken, and thus gone from its sender? */
static bool was_acknowledged(struct answer answer)
{
	const Svc__DeliverEventsResponse *resp = expect_ok(answer);

	return resp->n_event_ids == 1;
}

Test(events, whose_template_is_unknown_are_not_acknowledged_but_reported)
{
	struct uuid acme = a_tenant_id("acme");
	const struct sealed_event newer = {"one", "of_the_next_release", "ann@example.org", false};

	cr_assert_not(was_acknowledged(deliver_sealed(acme, &newer)));
	expect_count(0, acme, "notification.message");
	expect_count(0, acme, "notification.inbox");
	cr_assert_not_null(strstr(logged(), "an event's mail cannot be made yet"));
	cr_assert_eq(metric_value(metrics_counter(
			     "aegis_mail_events_refused_total",
			     "Events whose mail could not be made; they come again.",
			     LABEL("reason", "NO_TEMPLATE"))),
		     2, "once in its batch, once by itself");
}

Test(events, sealed_with_a_key_that_the_replica_has_not_loaded_come_again)
{
	struct uuid acme = a_tenant_id("acme");
	struct sealed_event event = {"one", "verify_email", "ann@example.org", true};

	cr_assert_not(was_acknowledged(deliver_sealed(acme, &event)));
	cr_assert_not_null(strstr(logged(), "SEAL_KEY_UNKNOWN"));
	event.to_a_lost_key = false;
	cr_assert(was_acknowledged(deliver_sealed(acme, &event)), "when the key is there");
	expect_count(1, acme, "notification.message");
}

Test(events, with_an_address_that_is_none_are_seen_as_failed)
{
	struct uuid acme = a_tenant_id("acme");

	cr_assert(was_acknowledged(deliver_sealed(
		acme, &(struct sealed_event){"one", "verify_email", "nobody", false})));
	cr_assert_eq(run_jobs(), 1);
	expect_count(1, acme, "notification.message WHERE status = 'failed'");
	expect_count(1, acme, "notification.timeline WHERE detail = 'BAD_ADDRESS'");
}
