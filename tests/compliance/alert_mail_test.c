#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdio.h>

#include "aegis/event/v1/event.aegis.h"
#include "aegis/svc/v1/svc.aegis.h"
#include "aegis/tenant/v1/tenant.aegis.h"
#include "base/arena.h"
#include "compliance/list_world.h"
#include "notification/settings.h"
#include "notification/smtp_sink.h"
#include "support/svc_test_internal.h"
#include "svc/kit/pb.h"

TEST_DATABASE

/* Their headers would bring the statements of three daemons into one file. */
extern const struct svc_descriptor notification_daemon, tenant_daemon;

#define N_NEW 620

static struct test_daemon *notification, *tenant;
static struct smtp_sink *sink;
static struct uuid acme;

static void set_alert_emails(const char **emails, size_t n)
{
	Tenant__PutSettingsRequest req = TENANT__PUT_SETTINGS_REQUEST__INIT;
	Tenant__Settings settings = TENANT__SETTINGS__INIT;

	settings.n_alert_emails = n;
	settings.alert_emails = emails;
	req.settings = &settings;
	expect_ok(call_to(tenant, as(acme, "ann"), "PutSettings", &req));
}

static void an_organization(void)
{
	Tenant__CreateTenantRequest req = TENANT__CREATE_TENANT_REQUEST__INIT;
	static const char *emails[] = {"watch@acme.example", "Watch@ACME.example",
				       "law@acme.example"};

	acme = a_tenant_id("acme");
	req.id = uuid_text(test_world.arena, acme);
	req.name = "Acme";
	req.owner_user_id = uuid_text(test_world.arena, as(acme, "ann")->principal.id);
	req.owner_email = "ann@acme.example";
	req.owner_name = "Ann";
	expect_ok(call_to(tenant, as_daemon("auth", acme), "CreateTenant", &req));
	set_alert_emails(emails, 3);
}

static void set_up(void)
{
	tenant = daemon_start(&tenant_daemon, .serve = true);
	sink = smtp_sink_start();
	notification_config.smtp_url = smtp_sink_url(sink);
	notification_config.smtp_user = "";
	notification_config.mail_from = "no-reply@aegis.example";
	notification_config.public_url = "https://api.example";
	notification_config.smtp_timeout_ms = 5000;
	notification = daemon_start(&notification_daemon);
	test_sql("TRUNCATE notification.message, notification.job, notification.inbox, "
		 "notification.outbox CASCADE");
	list_world_begin();
	an_organization();
}

static void tear_down(void)
{
	smtp_sink_stop(sink);
	list_world_end();
}

TestSuite(alert_mail, .init = set_up, .fini = tear_down, .timeout = 120);

/* A list of ROE and n others. */
static const char *list_of(int n)
{
	struct strbuf text = strbuf_new(test_world.arena);

	strbuf_add_c(&text, HEADER ROE);
	for (int i = 0; i < n; i++)
		strbuf_printf(&text,
			      "NEW%d,JANE,,,GP,NURSE,,0000000000,19710101,%d MAIN ST,RENO,NV,89501,"
			      "1128a1,20160120,,,\r\n",
			      i, i);
	return text.ptr;
}

/* Until nothing is left to raise, to deliver and to send. */
static void settle(void)
{
	for (int i = 0; i < 3; i++)
		route();
	deliver_events(compliance, notification);
	deliver_events(compliance, notification);
	while (run_one_job(notification))
		;
}

Test(alert_mail, a_file_with_hundreds_of_changes_is_one_mail_for_each_address)
{
	const char *mail;

	synced(list_of(0));
	subscribe(acme, NULL);
	cr_assert_eq(synced(list_of(N_NEW))->added, N_NEW);
	settle();
	expect_count(N_NEW, acme, "compliance.event");
	expect_count(1, acme, "compliance.alert WHERE event_count = 620");
	cr_assert_eq(smtp_sink_count(sink), 2, "an address is not written to twice");
	mail = smtp_sink_last(sink);
	cr_assert_not_null(strstr(mail, "620 changes in"));
	cr_assert_not_null(strstr(mail, "- Exclusion added: NEW"));
	cr_assert_not_null(strstr(mail, "and 600 more"));
	settle();
	cr_assert_eq(smtp_sink_count(sink), 2);
}

Test(alert_mail, the_next_file_is_the_next_mail_and_urgent_news_comes_first)
{
	synced(list_of(30));
	subscribe(acme, NULL);
	file_server_serve(server, 200, "", HEADER);
	expect_fail(sync_now(), FAILED_PRECONDITION, "SCHEMA_DRIFT");
	settle();
	cr_assert_eq(smtp_sink_count(sink), 2, "one file was refused, nothing was taken");
	cr_assert_not_null(strstr(smtp_sink_last(sink), "Monitoring stopped"));
	synced(list_of(31));
	settle();
	cr_assert_eq(smtp_sink_count(sink), 4);
	cr_assert_not_null(strstr(smtp_sink_last(sink), "2 changes in"));
	cr_assert_lt(strstr(smtp_sink_last(sink), "Exclusion added: NEW30"),
		     strstr(smtp_sink_last(sink), "Monitoring goes on"));
}

Test(alert_mail, an_alert_told_again_and_a_job_run_again_send_nothing_twice)
{
	synced(list_of(0));
	subscribe(acme, NULL);
	synced(list_of(3));
	route();
	/* As if the acknowledgement were lost: the relay sends it again. */
	test_sql("CREATE TABLE kept AS SELECT * FROM compliance.outbox WHERE subscriber = "
		 "'notification'");
	deliver_events(compliance, notification);
	test_sql("INSERT INTO compliance.outbox OVERRIDING SYSTEM VALUE SELECT * FROM kept");
	test_sql("DROP TABLE kept");
	deliver_events(compliance, notification);
	/* Nobody answers for the settings: the job fails and comes back. */
	test_sql("ALTER TABLE tenant.settings RENAME TO lost");
	while (run_one_job(notification))
		;
	expect_count(0, acme, "notification.message");
	test_sql("ALTER TABLE tenant.lost RENAME TO settings");
	test_sql("UPDATE notification.job SET run_at = now() - interval '1 hour'");
	settle();
	expect_count(2, acme, "notification.message WHERE status = 'sent'");
	cr_assert_eq(smtp_sink_count(sink), 2);
}

/* As a compliance daemon of before emits it. */
Test(alert_mail, an_event_of_a_daemon_of_before_is_an_alert_of_its_own)
{
	Event__ComplianceEventRaised payload = EVENT__COMPLIANCE_EVENT_RAISED__INIT;
	Svc__DeliverEventsRequest req = SVC__DELIVER_EVENTS_REQUEST__INIT;
	Event__Event event = EVENT__EVENT__INIT;

	payload.event_id = uuid_text(test_world.arena, an_id("raised"));
	payload.title = "Exclusion added: POE, PETER (NV)";
	payload.priority = "high";
	event.id = uuid_text(test_world.arena, an_id("event"));
	event.tenant_id = uuid_text(test_world.arena, acme);
	event.action = "compliance.event_raised";
	event.source = "compliance";
	event.payload_case = EVENT__EVENT__PAYLOAD_COMPLIANCE_EVENT_RAISED;
	event.compliance_event_raised = &payload;
	req.events = (Event__Event *[]){&event};
	req.n_events = 1;
	expect_ok(call_to(notification, as_daemon("compliance", acme), "DeliverEvents", &req));
	while (run_one_job(notification))
		;
	cr_assert_eq(smtp_sink_count(sink), 2);
	cr_assert_not_null(strstr(smtp_sink_last(sink),
				  "Subject: Compliance: Exclusion added: POE, PETER (NV)"));
}
