#include <criterion/criterion.h>
#include <criterion/hooks.h>

#include "base/arena.h"
#include "compliance/leie_list.h"
#include "list_world.h"
#include "support/svc_test_internal.h"

TestSuite(damage, .init = list_world_begin, .fini = list_world_end, .timeout = 60);

static int64_t told(struct uuid tenant, const char *type)
{
	return test_count("SELECT count(*) FROM compliance.event WHERE tenant_id = '%s' AND type "
			  "LIKE '%s'",
			  uuid_text(test_world.arena, tenant), type);
}

Test(damage, a_blank_last_line_and_the_mark_of_dos_are_no_damage)
{
	static const char *const harmless[] = {
		HEADER ROE POE "\r\n",
		HEADER ROE POE "\r\n\r\n",
		HEADER ROE POE "\x1a",
		HEADER ROE POE "  \r\n",
		"\xef\xbb\xbf" HEADER ROE "\r\n" POE,
		HEADER ROE POE "\r\n\x1a",
	};

	synced(HEADER ROE POE);
	for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++) {
		cr_assert_not(synced(harmless[i])->changed, "%zu", i);
		cr_assert_eq(health()->rows, 2);
		cr_assert_eq(health()->damaged_rows, 0);
	}
}

Test(damage, one_bad_row_stays_out_with_its_line_number_and_the_others_are_taken)
{
	static const char *const bad[] = {
		"\"DOE,JANE,,,GP,NURSE,,,19710101,1 MAIN ST,RENO,NV,89501,1128a1,20160120,,,\r\n",
		"DO\"E,JANE,,,GP,NURSE,,,19710101,1 MAIN ST,RENO,NV,89501,1128a1,20160120,,,\r\n",
		"DOE,JANE,,,GP,NURSE,,,19710101,1 MAIN ST,RENO,NV,89501,1128a1,2016-01-20,,,\r\n",
		"DOE,JANE,,,GP,NURSE,,,19710101,1 MAIN, ST,RENO,NV,89501,1128a1,20160120,,,,\r\n",
		",,,,GP,NURSE,,,19710101,1 MAIN ST,RENO,NV,89501,1128a1,20160120,,,\r\n",
		"DOE,JANE\r\n",
	};
	struct uuid acme = a_tenant_id("acme");

	synced(HEADER ROE);
	subscribe(acme, NULL);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *text = arena_printf(test_world.arena, HEADER ROE "%s" POE, bad[i]);
		const Compliance__SyncSourceResponse *result = synced(text);

		cr_assert_eq(result->rows, 2, "%s", bad[i]);
		cr_assert_eq(result->damaged_rows, 1);
		cr_assert_eq(result->n_damaged_lines, 1);
		cr_assert_eq(result->damaged_lines[0], 3);
		cr_assert_eq(health()->damaged_lines[0], 3);
		cr_assert_str_eq(health()->state, "fresh");
	}
	route();
	cr_assert_eq(told(acme, "exclusion.added"), 1);
}

Test(damage, nobody_is_cleared_by_a_record_that_could_not_be_read)
{
	Compliance__SyncSourceRequest req = COMPLIANCE__SYNC_SOURCE_REQUEST__INIT;
	const Compliance__SyncSourceResponse *result;
	struct uuid acme = a_tenant_id("acme");

	synced(HEADER ROE POE DOE);
	subscribe(acme, NULL);
	result = synced(HEADER ROE POE "D\"OE,JANE\r\n");
	cr_assert_eq(result->removed, 0);
	cr_assert_eq(result->held_rows, 1);
	cr_assert_eq(result->rows, 3, "it is still listed");
	route();
	cr_assert_eq(told(acme, "%"), 0);
	cr_assert_not(synced(HEADER ROE POE DOE)->changed);
	cr_assert_eq(health()->held_rows, 0);
	/* A person has looked: it is gone. */
	file_server_serve(server, 200, "", HEADER ROE POE "D\"OE,JANE\r\n");
	req.id = source;
	req.accept_drop = true;
	result = expect_ok(call(as_admin("root"), "SyncSource", &req));
	cr_assert_eq(result->removed, 1);
}

Test(damage, a_nul_in_a_row_and_lines_without_end_stay_where_they_are)
{
	static const char text[] = HEADER ROE "PO\0E,PETER\r\n" POE "\"no end\r\n" DOE;
	struct leie_list list;
	const char *why;

	/* Two of five are too many to believe the others. */
	cr_assert_not(leie_read(test_world.arena, (struct str){text, sizeof text - 1}, 20261130,
				&list, &why));
	cr_assert_eq(list.n, 3);
	cr_assert_eq(list.damaged, 2);
	cr_assert_eq(list.lines[0], 3);
	cr_assert_eq(list.lines[1], 5);
	cr_assert_str_eq(why, "2 records of 5 are damaged, the first in line 3");
}

Test(damage, a_quarantine_is_told_once_and_so_is_its_end)
{
	struct uuid acme = a_tenant_id("acme"), beta = a_tenant_id("beta");

	synced(HEADER ROE POE);
	subscribe(acme, NULL);
	subscribe(beta, "WY");
	for (int i = 0; i < 3; i++) {
		file_server_serve(server, 200, "", "<html>moved</html>");
		expect_fail(sync_now(), FAILED_PRECONDITION, "SCHEMA_DRIFT");
		file_server_serve(server, 500, "", "");
		expect_fail(sync_now(), UNAVAILABLE, "SOURCE_UNREACHABLE");
		route();
	}
	cr_assert_eq(told(acme, "source.quarantined"), 1);
	cr_assert_eq(told(beta, "source.quarantined"), 1, "whatever states it subscribed to");
	expect_count(1, acme,
		     "compliance.event WHERE priority = 'high' AND metadata ->> 'detail' LIKE "
		     "'the header%'");
	expect_count(1, acme, "compliance.alert WHERE event_count = 1");
	cr_assert_eq(events_out("compliance", acme, "compliance.alert_raised"), 2,
		     "audit, notification");
	synced(HEADER ROE POE);
	synced(HEADER ROE POE);
	route();
	cr_assert_eq(told(acme, "source.recovered"), 1);
	cr_assert_eq(told(acme, "%"), 2);
	file_server_serve(server, 200, "", "<html>moved</html>");
	expect_fail(sync_now(), FAILED_PRECONDITION, "SCHEMA_DRIFT");
	route();
	cr_assert_eq(told(acme, "source.quarantined"), 2, "a state of its own");
}

Test(damage, a_source_that_is_silent_is_told_once_and_so_is_its_return)
{
	struct uuid acme = a_tenant_id("acme");
	instant now = instant_now();

	now_is(now);
	synced(HEADER ROE);
	subscribe(acme, NULL);
	file_server_serve(server, 500, "", "");
	now_is(now + DAYS(2));
	route();
	cr_assert_eq(told(acme, "source.stale"), 0, "two intervals and an hour");
	for (int i = 2; i < 6; i++) {
		now_is(now + HOURS(2) + DAYS(i));
		route();
		route();
	}
	cr_assert_eq(told(acme, "source.stale"), 1);
	cr_assert_eq(test_count("SELECT count(*) FROM compliance.outbox WHERE topic = "
				"'source.stale'"),
		     1, "and it stands in the platform's log");
	file_server_serve(server, 200, "", HEADER ROE);
	now_is(now + DAYS(8));
	route();
	route();
	cr_assert_eq(told(acme, "source.recovered"), 1);
	cr_assert_eq(told(acme, "%"), 2);
}

Test(damage, a_source_that_never_answered_is_silent_too)
{
	struct uuid acme = a_tenant_id("acme");
	instant now = instant_now();

	subscribe(acme, NULL);
	file_server_serve(server, 500, "", "");
	now_is(now + DAYS(3));
	route();
	route();
	cr_assert_eq(told(acme, "source.stale"), 1);
}

/* --- who sees a source ----------------------------------------------------------------- */

static struct answer create(const char *url, const char *tenant)
{
	Compliance__Source in = COMPLIANCE__SOURCE__INIT;
	Compliance__CreateSourceRequest req = COMPLIANCE__CREATE_SOURCE_REQUEST__INIT;

	req.source = &in;
	in.name = url;
	in.url = url;
	in.only_tenant_id = tenant;
	return call(as_admin("root"), "CreateSource", &req);
}

Test(damage, a_source_on_this_machine_is_for_one_organization_and_for_the_demo)
{
	const char *acme = uuid_text(test_world.arena, a_tenant_id("acme"));

	expect_fail(create("http://127.0.0.1:1/x.csv", ""), INVALID_ARGUMENT, "URL_NOT_ALLOWED");
	expect_fail(create("https://localhost/x.csv", ""), INVALID_ARGUMENT, "URL_NOT_ALLOWED");
	expect_fail(create("http://oig.example/x.csv", acme), INVALID_ARGUMENT, "URL_NOT_ALLOWED");
	expect_field(create("http://127.0.0.1:1/x.csv", ""), "source.onlyTenantId", "REQUIRED");
	expect_field(create("http://oig.example/x.csv", ""), "source.url", "NOT_HTTPS");
	expect_ok(create("http://127.0.0.1:1/x.csv", acme));
	compliance_config.allow_http_loopback = false;
	expect_fail(create("http://127.0.0.1:1/y.csv", acme), INVALID_ARGUMENT, "URL_NOT_ALLOWED");
	expect_fail(create("https://127.0.0.1:1/y.csv", acme), INVALID_ARGUMENT, "URL_NOT_ALLOWED");
	expect_ok(create("https://oig.example/x.csv", ""));
}

static size_t n_sources(const struct caller *who)
{
	Compliance__ListSourcesRequest req = COMPLIANCE__LIST_SOURCES_REQUEST__INIT;

	return ((const Compliance__ListSourcesResponse *)expect_ok(call(who, "ListSources", &req)))
		->n_sources;
}

Test(damage, only_an_administrator_adds_a_source)
{
	Compliance__Source in = COMPLIANCE__SOURCE__INIT;
	Compliance__CreateSourceRequest req = COMPLIANCE__CREATE_SOURCE_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	size_t before = n_sources(as_admin("root"));

	req.source = &in;
	in.name = "Ours";
	in.url = "https://lists.example/x.csv";
	expect_fail(call(as(acme, "ann"), "CreateSource", &req), PERMISSION_DENIED,
		    "PERMISSION_REQUIRED");
	cr_assert_eq(n_sources(as_admin("root")), before);
}

Test(damage, a_source_of_one_organization_is_nothing_to_others)
{
	Compliance__Subscription subscription = COMPLIANCE__SUBSCRIPTION__INIT;
	Compliance__CreateSubscriptionRequest subscribe_to =
		COMPLIANCE__CREATE_SUBSCRIPTION_REQUEST__INIT;
	Compliance__GetSourceHealthRequest ask = COMPLIANCE__GET_SOURCE_HEALTH_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme"), beta = a_tenant_id("beta");

	cr_assert_eq(n_sources(as(acme, "ann")), 1);
	cr_assert_eq(n_sources(as_admin("root")), 1);
	cr_assert_eq(n_sources(as(beta, "bob")), 0);
	subscribe_to.subscription = &subscription;
	subscription.source_id = ask.id = source;
	expect_fail(call(as(beta, "bob"), "CreateSubscription", &subscribe_to), NOT_FOUND,
		    "SOURCE_NOT_FOUND");
	expect_fail(call(as(beta, "bob"), "GetSourceHealth", &ask), NOT_FOUND, "SOURCE_NOT_FOUND");
	expect_ok(call(as(acme, "ann"), "GetSourceHealth", &ask));
	expect_ok(call(as(acme, "ann"), "CreateSubscription", &subscribe_to));
}
