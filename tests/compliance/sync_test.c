#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdio.h>
#include <time.h>

#include "list_world.h"

TEST_DATABASE

TestSuite(sync, .init = list_world_begin, .fini = list_world_end, .timeout = 60);

Test(sync, the_first_file_is_the_baseline_and_raises_nothing)
{
	struct uuid acme = a_tenant_id("acme");

	subscribe(acme, NULL);
	cr_assert_eq(synced(HEADER ROE POE)->added, 2);
	route();
	expect_count(0, acme, "compliance.event");
}

Test(sync, what_was_added_is_raised_once_for_each_subscriber_it_concerns)
{
	struct uuid acme = a_tenant_id("acme"), beta = a_tenant_id("beta"),
		    idle = a_tenant_id("idle");

	synced(HEADER ROE);
	subscribe(acme, NULL);
	subscribe(beta, "TX");
	cr_assert_eq(synced(HEADER ROE POE)->added, 1);
	route();
	route();
	expect_count(1, acme, "compliance.event WHERE title = 'Exclusion added: POE, PETER (NV)'");
	expect_count(1, acme, "compliance.alert");
	expect_count(0, beta, "compliance.event");
	expect_count(0, idle, "compliance.event");
	cr_assert_eq(events_out("compliance", acme, "compliance.event_raised"), 1, "audit");
	cr_assert_eq(events_out("compliance", acme, "compliance.alert_raised"), 2,
		     "audit, notification");
	/* Who read that somebody is gone must read that they are back. */
	synced(HEADER ROE);
	synced(HEADER ROE POE);
	route();
	route();
	expect_count(2, acme, "compliance.event WHERE type = 'exclusion.added'");
	expect_count(1, acme,
		     "compliance.event WHERE type = 'exclusion.removed' AND "
		     "title = 'No longer listed: POE, PETER (NV)'");
}

Test(sync, another_layout_of_the_same_row_is_no_change)
{
	const Compliance__SyncSourceResponse *result;

	synced(HEADER ROE);
	result = synced(HEADER ROE_PADDED);
	cr_assert_not(result->changed);
	result = synced(HEADER ROE_MOVED);
	cr_assert(result->changed);
	cr_assert_eq(result->modified, 1);
}

Test(sync, an_unchanged_file_is_not_sent_again)
{
	file_server_serve(server, 200, "\"v1\"", HEADER ROE);
	expect_ok(sync_now());
	cr_assert_not(((const Compliance__SyncSourceResponse *)expect_ok(sync_now()))->changed);
	cr_assert_eq(file_server_unchanged(server), 1);
}

Test(sync, a_file_that_is_not_what_it_was_is_quarantined)
{
	static const char *const bad[] = {
		"LASTNAME,FIRSTNAME\r\nROE,RICHARD\r\n",
		HEADER "ROE\r\n",
		HEADER "\"ROE",
		HEADER "\"ROE\r\nPOE\r\n" DOE,
		HEADER,
		"<html>moved</html>",
		"",
	};

	synced(HEADER ROE POE);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		file_server_serve(server, 200, "", bad[i]);
		expect_fail(sync_now(), FAILED_PRECONDITION, "SCHEMA_DRIFT");
		cr_assert_str_eq(health()->state, "quarantined");
		cr_assert_eq(health()->rows, 2, "the last good rows stand");
	}
	cr_assert_not(synced(HEADER ROE POE)->changed);
	cr_assert_str_eq(health()->state, "fresh");
}

Test(sync, a_server_that_fails_is_noted_and_harms_nothing)
{
	synced(HEADER ROE);
	file_server_serve(server, 500, "", "oops");
	expect_fail(sync_now(), UNAVAILABLE, "SOURCE_UNREACHABLE");
	cr_assert_str_eq(health()->state, "failing");
	cr_assert_not_null(strstr(health()->last_error, "500"));
}

Test(sync, a_redirect_is_not_followed)
{
	struct file_server *other = file_server_start();

	synced(HEADER ROE);
	file_server_serve(other, 200, "", HEADER ROE);
	for (int status = 301; status <= 308; status++) {
		file_server_serve(server, status, "", "");
		file_server_send_to(server, file_server_url(other));
		if (status != 304)
			expect_fail(sync_now(), UNAVAILABLE, "SOURCE_UNREACHABLE");
	}
	cr_assert_eq(file_server_requests(other), 0);
	file_server_stop(other);
}

Test(sync, two_at_once_are_refused)
{
	synced(HEADER ROE);
	test_sql("UPDATE compliance.source SET sync_until = now() + interval '1 hour'");
	expect_fail(sync_now(), ABORTED, "SYNC_RUNNING");
	test_sql("UPDATE compliance.source SET sync_until = now() - interval '1 second'");
	expect_ok(sync_now());
}

Test(sync, private_addresses_are_never_asked)
{
	static const char *const refused[] = {
		"https://127.0.0.1:1/x",	  "https://localhost:1/x",
		"https://[::ffff:10.0.0.1]/x",	  "https://169.254.169.254/latest",
		"http://10.0.0.1/list.csv",	  "http://[::ffff:127.0.0.1]/x",
		"https://[::ffff:127.0.0.1]:1/x", "http://93.184.216.34/list.csv",
	};
	enum { N_LOCAL = 2 };

	/* Nothing but this machine is opened by the demo's setting. */
	for (size_t i = N_LOCAL; i < sizeof refused / sizeof refused[0]; i++) {
		test_sql("UPDATE compliance.source SET url = '%s'", refused[i]);
		expect_fail(sync_now(), INVALID_ARGUMENT, "URL_NOT_ALLOWED");
	}
	compliance_config.allow_http_loopback = false;
	expect_fail(sync_now(), INVALID_ARGUMENT, "URL_NOT_ALLOWED");
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		test_sql("UPDATE compliance.source SET url = '%s'", refused[i]);
		expect_fail(sync_now(), INVALID_ARGUMENT, "URL_NOT_ALLOWED");
	}
}

static char *the_event(struct uuid tenant)
{
	static char id[UUID_TEXT];
	char text[UUID_TEXT];

	uuid_format(text, tenant);
	snprintf(id, sizeof id, "%s",
		 test_value("SELECT id FROM compliance.event WHERE tenant_id = '%s'", text));
	return id;
}

Test(sync, an_event_is_acknowledged_and_resolved_by_its_own_tenant_alone)
{
	Compliance__AcknowledgeEventRequest acknowledge =
		COMPLIANCE__ACKNOWLEDGE_EVENT_REQUEST__INIT;
	Compliance__ResolveEventRequest resolve = COMPLIANCE__RESOLVE_EVENT_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme"), beta = a_tenant_id("beta");
	char tenant[UUID_TEXT];

	synced(HEADER ROE);
	subscribe(acme, NULL);
	synced(HEADER ROE POE);
	route();
	uuid_format(tenant, acme);
	acknowledge.tenant_id = resolve.tenant_id = tenant;
	acknowledge.id = resolve.id = the_event(acme);
	acknowledge.note = "not ours";
	resolve.note = "done";
	expect_fail(call(as(beta, "bob"), "AcknowledgeEvent", &acknowledge), NOT_FOUND,
		    "EVENT_NOT_FOUND");
	expect_ok(call(as(acme, "ann"), "AcknowledgeEvent", &acknowledge));
	expect_ok(call(as(acme, "ann"), "AcknowledgeEvent", &acknowledge));
	cr_assert_eq(events_out("compliance", acme, "compliance_event.acknowledged"), 1);
	expect_ok(call(as(acme, "ann"), "ResolveEvent", &resolve));
	expect_fail(call(as(acme, "ann"), "AcknowledgeEvent", &acknowledge), FAILED_PRECONDITION,
		    "EVENT_RESOLVED");
}

Test(sync, names_and_subscriptions_are_unique)
{
	Compliance__Source the_source = COMPLIANCE__SOURCE__INIT;
	Compliance__CreateSourceRequest again = COMPLIANCE__CREATE_SOURCE_REQUEST__INIT;
	Compliance__Subscription subscription = COMPLIANCE__SUBSCRIPTION__INIT;
	Compliance__CreateSubscriptionRequest req = COMPLIANCE__CREATE_SUBSCRIPTION_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	char nothing[UUID_TEXT], tenant[UUID_TEXT];

	uuid_format(tenant, acme);
	again.source = &the_source;
	the_source.name = the_source.url = file_server_url(server);
	the_source.only_tenant_id = tenant;
	expect_fail(call(as_admin("root"), "CreateSource", &again), ALREADY_EXISTS,
		    "SOURCE_EXISTS");
	subscribe(acme, NULL);
	req.subscription = &subscription;
	subscription.source_id = source;
	expect_fail(call(as(acme, "ann"), "CreateSubscription", &req), ALREADY_EXISTS,
		    "SUBSCRIPTION_EXISTS");
	uuid_format(nothing, an_id("nothing"));
	subscription.source_id = nothing;
	expect_fail(call(as(acme, "ann"), "CreateSubscription", &req), NOT_FOUND,
		    "SOURCE_NOT_FOUND");
}

Test(sync, a_subscription_to_a_state_that_does_not_exist_is_refused)
{
	Compliance__Subscription subscription = COMPLIANCE__SUBSCRIPTION__INIT;
	Compliance__CreateSubscriptionRequest req = COMPLIANCE__CREATE_SUBSCRIPTION_REQUEST__INIT;
	const char *states[] = {"PW", "ZZ"};
	struct uuid acme = a_tenant_id("acme");

	req.subscription = &subscription;
	subscription.source_id = source;
	subscription.states = states;
	subscription.n_states = 2;
	expect_field(call(as(acme, "ann"), "CreateSubscription", &req), "states[1]",
		     "UNKNOWN_STATE");
	subscription.n_states = 1;
	expect_ok(call(as(acme, "ann"), "CreateSubscription", &req));
}

Test(sync, a_reinstatement_is_no_exclusion_and_states_filter_removals_too)
{
	struct uuid acme = a_tenant_id("acme");

	synced(HEADER ROE POE);
	subscribe(acme, "NV");
	synced(HEADER ROE POE_BACK);
	route();
	expect_count(1, acme,
		     "compliance.event WHERE type = 'exclusion.reinstated' AND priority = 'normal' "
		     "AND title = 'Reinstated: POE, PETER (NV)'");
	synced(HEADER ROE);
	route();
	expect_count(1, acme, "compliance.event WHERE type = 'exclusion.removed'");
	expect_count(2, acme, "compliance.event");
}

Test(sync, a_file_that_lost_most_rows_waits_for_a_person)
{
	Compliance__SyncSourceRequest req = COMPLIANCE__SYNC_SOURCE_REQUEST__INIT;
	const Compliance__SyncSourceResponse *taken;

	synced(HEADER ROE POE DOE);
	file_server_serve(server, 200, "", HEADER ROE);
	expect_fail(sync_now(), FAILED_PRECONDITION, "SCHEMA_DRIFT");
	cr_assert_eq(health()->rows, 3);
	req.id = source;
	req.accept_drop = true;
	taken = expect_ok(call(as_admin("root"), "SyncSource", &req));
	cr_assert_eq(taken->removed, 2);
	cr_assert_eq(test_count("SELECT count(*) FROM compliance.source_snapshot"), 2);
	cr_assert_eq(
		test_count("SELECT count(DISTINCT canonical_hash) FROM compliance.source_snapshot"),
		2);
}

Test(sync, rows_of_one_npi_that_change_places_raise_nothing)
{
	cr_assert_eq(synced(HEADER ROE ROE_MOVED POE)->rows, 3);
	cr_assert_not(synced(HEADER POE ROE_MOVED ROE)->changed);
	cr_assert_eq(test_count("SELECT count(*) FROM compliance.source_row"), 3);
}

static struct svc_worker *rival;
static struct answer rivals;

static void sync_too(void)
{
	Compliance__SyncSourceRequest req = COMPLIANCE__SYNC_SOURCE_REQUEST__INIT;

	req.id = source;
	rivals = call_on(rival, as_admin("root"), "SyncSource", &req);
}

Test(sync, while_one_fetches_another_is_told_so)
{
	rival = worker_new(compliance);
	file_server_before_answer(server, sync_too);
	cr_assert_eq(synced(HEADER ROE)->rows, 1);
	expect_fail(rivals, ABORTED, "SYNC_RUNNING");
	file_server_before_answer(server, NULL);
}

static void lose_the_lease(void)
{
	test_sql("UPDATE compliance.source SET sync_until = sync_until + interval '1 hour'");
}

Test(sync, who_lost_the_lease_writes_nothing)
{
	synced(HEADER ROE);
	file_server_serve(server, 200, "", HEADER ROE POE);
	file_server_before_answer(server, lose_the_lease);
	expect_fail(sync_now(), ABORTED, "SYNC_RUNNING");
	file_server_before_answer(server, NULL);
	cr_assert_eq(health()->rows, 1);
	cr_assert_eq(test_count("SELECT count(*) FROM compliance.source_change"), 0);
}

Test(sync, a_killed_poll_is_taken_up_when_its_lease_has_ended)
{
	instant now = instant_now();

	now_is(now);
	synced(HEADER ROE);
	file_server_serve(server, 200, "", HEADER ROE POE);
	/* As begin() leaves it behind. */
	test_sql("UPDATE compliance.source SET sync_until = last_attempt_at + interval '45 s', "
		 "due_at = last_attempt_at + interval '45 s'");
	now_is(now + SECONDS(30));
	route();
	cr_assert_eq(health()->rows, 1);
	now_is(now + SECONDS(120));
	route();
	cr_assert_eq(health()->rows, 2);
}

Test(sync, polls_that_fail_come_less_and_less_often)
{
	instant now = instant_now();

	now_is(now);
	synced(HEADER ROE);
	file_server_serve(server, 500, "", "oops");
	expect_fail(sync_now(), UNAVAILABLE, "SOURCE_UNREACHABLE");
	now_is(now + SECONDS(40));
	route();
	cr_assert_eq(file_server_requests(server), 2, "not before a minute, less a fifth");
	now_is(now + SECONDS(80));
	route();
	cr_assert_eq(file_server_requests(server), 3);
	now_is(now + SECONDS(150));
	route();
	cr_assert_eq(file_server_requests(server), 3, "the second wait is longer");
	file_server_serve(server, 200, "", HEADER ROE);
	now_is(now + SECONDS(300));
	route();
	cr_assert_str_eq(health()->state, "fresh");
	now_is(now + HOURS(20));
	route();
	cr_assert_eq(file_server_requests(server), 4, "then daily again");
}

#define FULL_LIST 83000

static char *full_list(struct arena *arena, const char *first)
{
	struct strbuf text = strbuf_new(arena);

	strbuf_add_c(&text, HEADER);
	strbuf_add_c(&text, first);
	for (int i = 0; i < FULL_LIST; i++)
		strbuf_printf(&text,
			      "DOE%d,JANE,M ,,IND- LIC HC SERV PRO,NURSE/NURSES AIDE,,0000000000,"
			      "19700101,1 MAIN ST,AUSTIN,TX,73301,1128b4,20160120,00000000,"
			      "00000000,\r\n",
			      i);
	return text.ptr;
}

/* Longer than the deadline of the call it answers. */
static void take_a_while(void)
{
	test_sql("SELECT pg_sleep(0.6)");
}

static const Compliance__SyncSourceResponse *synced_full(const char *text, const char *what)
{
	const Compliance__SyncSourceResponse *result;
	instant begun = instant_monotonic();
	clock_t cpu = clock();

	file_server_serve(server, 200, "", text);
	result = expect_ok(sync_within(SECONDS(80)));
	printf("%d rows in %zu bytes %s in %lld ms, of which %ld ms of our own CPU\n", result->rows,
	       strlen(text), what, (long long)(instant_monotonic() - begun) / 1000,
	       (long)((clock() - cpu) * 1000 / CLOCKS_PER_SEC));
	return result;
}

Test(sync, a_full_list_is_taken_and_one_change_in_it_found, .timeout = 180)
{
	struct arena *arena = arena_new(256 << 20);

	cr_assert_eq(synced_full(full_list(arena, ROE), "taken")->rows, FULL_LIST + 1);
	cr_assert_eq(synced_full(full_list(arena, ROE_MOVED), "compared")->modified, 1);
	arena_free(&arena);
}

Test(sync, a_poll_out_of_time_is_noted_all_the_same)
{
	synced(HEADER ROE);
	file_server_serve(server, 200, "", HEADER ROE POE);
	file_server_before_answer(server, take_a_while);
	cr_assert(is_failed(sync_within(MILLIS(300)).status));
	file_server_before_answer(server, NULL);
	cr_assert_str_eq(health()->state, "failing");
	cr_assert_eq(health()->rows, 1);
	cr_assert_eq(synced(HEADER ROE POE)->added, 1);
}
