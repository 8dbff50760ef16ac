/* Events and jobs: exactly once in effect, whatever is killed between the steps. */
#include <stdio.h>
#include <string.h>

#include "aegis/svc/v1/svc.aegis.h"
#include "base/fault.h"
#include "db/conn.h"
#include "sample_world.h"
#include "support/svc_test_internal.h"
#include "svc/background/job_run.h"
#include "svc/background/relay.h"

static struct test_daemon *sample, *audit;
static struct uuid acme, other;

static void set_up(void)
{
	/* The relay looks at all tenants: other tests' leftovers would take part. */
	test_sql("TRUNCATE sample.outbox, sample.lease, sample.job");
	audit = daemon_start(&sample_audit);
	sample = daemon_start(&sample_daemon);
	acme = a_tenant_id("acme");
	other = a_tenant_id("other");
}

TestSuite(events, .init = set_up, .fini = daemons_stop, .timeout = 60);
TestSuite(jobs, .init = set_up, .fini = daemons_stop, .timeout = 60);

Test(events, an_event_arrives_once_and_leaves_the_outbox)
{
	put_note(acme, "told");
	put_note(other, "told too");
	cr_assert_eq(deliver_events(sample, audit), 2);
	expect_count(1, acme, "sample_audit.seen");
	expect_count(1, other, "sample_audit.seen");
	expect_count(0, acme, "sample.outbox");
	cr_assert_eq(deliver_events(sample, audit), 0);
}

/* What is protected of a note is its body. */
Test(events, a_change_tells_its_values_and_of_protected_ones_the_name_alone)
{
	expect_ok(try_put(as(acme, "ann"), "shown", "canary-2b7e"));
	cr_assert_eq(test_count("SELECT count(*) FROM sample.outbox WHERE position(convert_to("
				"'{\"title\":\"shown\",\"$protected\":[\"body\"]}', 'UTF8') in "
				"payload) > 0"),
		     1);
	cr_assert_eq(test_count("SELECT count(*) FROM sample.outbox WHERE "
				"position('canary'::bytea in payload) > 0"),
		     0);
}

/* The subscriber has committed, the relay dies before it deletes: delivered again, no second
 * effect. */
Test(events, a_relay_killed_before_it_settles_repeats_without_effect)
{
	struct relay_lane lane = lane_new(sample, "audit");

	put_note(acme, "once");
	cr_assert(is_ok(relay_claim(&lane, instant_now())));
	cr_assert_eq(lane.n, 1);
	{
		Svc__DeliverEventsRequest request = SVC__DELIVER_EVENTS_REQUEST__INIT;

		relay_fill_request(&lane, &request);
		expect_ok(call_to(audit, as_daemon("sample", acme), "DeliverEvents", &request));
	}
	lane_free(&lane);
	test_sql("UPDATE sample.lease SET until = '2000-01-01'");
	expect_count(1, acme, "sample_audit.seen");
	expect_count(1, acme, "sample.outbox");
	cr_assert_eq(deliver_events(sample, audit), 1);
	expect_count(1, acme, "sample_audit.seen");
	expect_count(0, acme, "sample.outbox");
}

/* The subscriber dies before its commit: nothing was noted, so nothing is lost. */
Test(events, a_subscriber_that_fails_gets_it_again_with_its_effect)
{
	struct relay_lane lane = lane_new(sample, "audit");

	put_note(acme, "later");
	cr_assert(is_ok(relay_claim(&lane, instant_now())));
	cr_assert_eq(lane.n, 1);
	cr_assert(is_ok(relay_settle(&lane, instant_now())));
	lane_free(&lane);
	expect_count(1, acme, "sample.outbox WHERE attempts = 1");
	test_sql("UPDATE sample.lease SET until = '2000-01-01'");
	cr_assert_eq(deliver_events(sample, audit), 0, "put off: not due yet");
	test_sql("UPDATE sample.outbox SET not_before = '2000-01-01'");
	test_sql("UPDATE sample.lease SET until = '2000-01-01'");
	cr_assert_eq(deliver_events(sample, audit), 1);
	expect_count(1, acme, "sample_audit.seen");
}

Test(events, one_relay_at_a_time_holds_a_lane_and_the_fence_grows)
{
	struct relay_lane first = lane_new(sample, "audit"), second = lane_new(sample, "audit");
	instant now;

	put_note(acme, "held");
	now = instant_now();
	cr_assert(is_ok(relay_claim(&first, now)));
	cr_assert(is_ok(relay_claim(&second, now)));
	cr_assert(first.n == 1 && second.n == 0);
	cr_assert(is_ok(relay_claim(&second, now + SECONDS(11))));
	cr_assert_eq(second.n, 1);
	cr_assert_eq(test_count("SELECT fence FROM sample.lease WHERE name = 'relay:audit'"), 2);
	lane_free(&first);
	lane_free(&second);
}

Test(events, a_tenant_with_many_does_not_hold_up_the_others)
{
	struct relay_lane lane = lane_new(sample, "audit");
	bool other_is_there = false;
	char title[32];

	for (int i = 0; i < 3 * RELAY_PER_TENANT; i++) {
		snprintf(title, sizeof title, "note %d", i);
		put_note(acme, title);
	}
	put_note(other, "a single one");
	cr_assert(is_ok(relay_claim(&lane, instant_now())));
	cr_assert_eq(lane.n, RELAY_PER_TENANT + 1);
	for (size_t i = 0; i < lane.n; i++)
		other_is_there = other_is_there || uuid_eq(lane.events[i].tenant, other);
	cr_assert(other_is_there);
	lane_free(&lane);
	test_sql("UPDATE sample.lease SET until = '2000-01-01'");
	cr_assert_eq(deliver_events(sample, audit), 3L * RELAY_PER_TENANT + 1);
	expect_count(3L * RELAY_PER_TENANT, acme, "sample_audit.seen");
}

/* More tenants than a batch looks at, of which the last alone is due. */
Test(events, tenants_that_are_put_off_do_not_hide_one_that_is_due)
{
	char name[32];

	for (int i = 0; i < 3 * RELAY_TENANTS; i++) {
		snprintf(name, sizeof name, "tenant %d", i);
		put_note(a_tenant_id(name), "put off");
	}
	test_sql("UPDATE sample.outbox SET not_before = '2099-01-01'");
	test_sql("UPDATE sample.outbox SET not_before = '2000-01-01' WHERE tenant_id = (SELECT "
		 "tenant_id FROM sample.outbox ORDER BY tenant_id DESC LIMIT 1)");
	cr_assert_eq(deliver_events(sample, audit), 1);
}

/* Payloads together fill at most one message; what does not fit comes with the next batch. */
Test(events, a_batch_is_bounded_in_bytes_and_loses_nothing)
{
	struct relay_lane lane = lane_new(sample, "audit");
	char title[32];

	for (int i = 0; i < 5; i++) {
		snprintf(title, sizeof title, "large %d", i);
		put_note(acme, title);
	}
	put_note(other, "behind them");
	/* A field that nobody knows, of 800,000 bytes. */
	test_sql("UPDATE sample.outbox SET payload = payload || '\\x827d80ea30'::bytea || "
		 "decode(repeat('00', 800000), 'hex')");
	cr_assert(is_ok(relay_claim(&lane, instant_now())));
	cr_assert(lane.n == 1 && !lane.is_whole_round);
	lane_free(&lane);
	test_sql("UPDATE sample.lease SET until = '2000-01-01'");
	cr_assert_eq(deliver_events(sample, audit), 6);
	expect_count(5, acme, "sample_audit.seen");
	expect_count(1, other, "sample_audit.seen");
}

Test(events, a_batch_that_reaches_no_limit_ends_the_round)
{
	struct relay_lane lane = lane_new(sample, "audit");

	put_note(acme, "one");
	put_note(other, "two");
	cr_assert(is_ok(relay_claim(&lane, instant_now())));
	cr_assert(lane.n == 2 && lane.is_whole_round);
	/* From the middle of a round it goes back to the start first. */
	lane.after = lane.events[0].tenant;
	cr_assert(is_ok(relay_claim(&lane, instant_now())));
	cr_assert(lane.n == 1 && !lane.is_whole_round && uuid_is_nil(lane.after));
	lane_free(&lane);
}

Test(events, a_bad_event_holds_up_only_itself)
{
	char tenant[UUID_TEXT];

	put_note(acme, "good");
	put_note(acme, "bad");
	uuid_format(tenant, acme);
	/* Its effect is refused by the subscriber's table. */
	test_sql("ALTER TABLE sample_audit.seen ADD CONSTRAINT no_bad CHECK (event_id <> "
		 "'%s'::uuid)",
		 test_value("SELECT id FROM sample.outbox WHERE tenant_id = '%s' ORDER BY seq DESC "
			    "LIMIT 1",
			    tenant));
	cr_assert_eq(deliver_events(sample, audit), 1);
	test_sql("ALTER TABLE sample_audit.seen DROP CONSTRAINT no_bad");
	expect_count(1, acme, "sample_audit.seen");
	expect_count(1, acme, "sample.outbox WHERE attempts = 1");
}

Test(events, nobody_tells_of_what_another_daemon_did)
{
	Svc__DeliverEventsRequest request = SVC__DELIVER_EVENTS_REQUEST__INIT;
	struct relay_lane lane = lane_new(sample, "audit");

	put_note(acme, "mine");
	cr_assert(is_ok(relay_claim(&lane, instant_now())));
	relay_fill_request(&lane, &request);
	expect_fail(call_to(audit, as_daemon("tenant", acme), "DeliverEvents", &request),
		    PERMISSION_DENIED, "FOREIGN_EVENT");
	expect_count(0, acme, "sample_audit.seen");
	lane_free(&lane);
}

Test(jobs, what_has_expired_is_cleaned_up_once_an_hour)
{
	char tenant[UUID_TEXT];

	expect_ok(try_put(with_key(as(acme, "ann"), "old"), "old", ""));
	expect_ok(try_put(with_key(as(acme, "ann"), "new"), "new", ""));
	uuid_format(tenant, acme);
	test_sql("UPDATE sample.idempotency SET expires_at = '2000-01-01' WHERE tenant_id = '%s' "
		 "AND key = 'old'",
		 tenant);
	cr_assert_not(run_one_job(sample));
	expect_count(1, acme, "sample.idempotency");
	cr_assert_eq(test_count("SELECT count(*) FROM sample.lease WHERE name = 'job:svc.cleanup' "
				"AND due_at > now() + interval '50 minutes' AND last_status = "
				"'OK'"),
		     1);
}

static void queue(const char *title)
{
	Sample__QueueNoteRequest request = SAMPLE__QUEUE_NOTE_REQUEST__INIT;

	request.title = title;
	expect_ok(call(as(acme, "ann"), "QueueNote", &request));
}

Test(jobs, a_queued_job_runs_once_and_is_gone)
{
	queue("by job");
	cr_assert(run_one_job(sample));
	cr_assert_not(run_one_job(sample));
	expect_count(1, acme, "sample.note WHERE title = 'by job'");
	expect_count(0, acme, "sample.job");
	cr_assert_eq(events_out("sample", acme, "note.put"), 1);
}

/* The hourly clean-up may take five minutes; a job that may take one is not held longer. */
Test(jobs, each_kind_is_leased_for_its_own_time)
{
	struct job_item *job;

	queue("short");
	cr_assert(is_ok(job_claim(daemon_worker(sample), an_id("holder"), instant_now(), &job)));
	cr_assert_not_null(job);
	expect_count(1, acme,
		     "sample.job WHERE leased_until BETWEEN now() + interval '50 s' AND now() + "
		     "interval '61 s'");
}

/* Whichever answer is lost, the job is done or due again, not held until its lease is over. */
Test(jobs, a_lost_connection_does_not_leave_a_job_leased)
{
	bool untouched = false;
	unsigned k;

	for (k = 1; k < 20 && !untouched; k++) {
		struct job_item *job;

		test_sql("TRUNCATE sample.job");
		queue("cut off");
		cr_assert(is_ok(
			job_claim(daemon_worker(sample), an_id("holder"), instant_now(), &job)));
		cr_assert_not_null(job);
		fault_arm(FAULT_DB_SEND, k);
		job_item_run(daemon_worker(sample), job);
		untouched = fault_is_armed(FAULT_DB_SEND);
		fault_arm(FAULT_DB_SEND, 0);
		expect_count(0, acme, "sample.job WHERE leased_until IS NOT NULL");
	}
	cr_assert(untouched && k > 2, "%u", k);
}

/* Killed while it ran: the lease runs out, the attempt counts, it runs again. */
Test(jobs, a_lost_lease_is_taken_over)
{
	queue("taken over");
	test_sql("UPDATE sample.job SET leased_until = '2099-01-01', attempts = 1, fence = 7");
	cr_assert_not(run_one_job(sample));
	test_sql("UPDATE sample.job SET leased_until = '2000-01-01'");
	cr_assert(run_one_job(sample));
	expect_count(1, acme, "sample.note");
	expect_count(0, acme, "sample.job");
}

Test(jobs, what_never_succeeds_ends_as_dead_and_stays_visible)
{
	queue("poison");
	for (int i = 0; i < 3; i++) {
		test_sql("UPDATE sample.job SET run_at = '2000-01-01'");
		cr_assert(run_one_job(sample));
	}
	test_sql("UPDATE sample.job SET run_at = '2000-01-01'");
	cr_assert_not(run_one_job(sample));
	expect_count(1, acme,
		     "sample.job WHERE state = 'dead' AND attempts = 3 AND last_error = "
		     "'FAULT_INJECTED'");
}

/* A job as svc_job_add() writes it. */
static void insert_job(struct uuid tenant, const char *kind, int priority, const char *title)
{
	char text[UUID_TEXT];

	uuid_format(text, tenant);
	test_sql("INSERT INTO sample.job (tenant_id, id, kind, priority, payload, run_at, "
		 "max_attempts, "
		 "created_at) VALUES ('%s', gen_random_uuid(), '%s', %d, '%s', '2000-01-01', 3, "
		 "'2000-01-01')",
		 text, kind, priority, title);
}

Test(jobs, of_a_kind_that_a_replica_does_not_have_stay_for_one_that_has)
{
	insert_job(acme, "of_the_next_release", 0, "x");
	queue("mine");
	cr_assert(run_one_job(sample));
	cr_assert_not(run_one_job(sample));
	expect_count(1, acme, "sample.note WHERE title = 'mine'");
	expect_count(1, acme, "sample.job WHERE attempts = 0 AND leased_until IS NULL");
}

Test(jobs, run_by_class_and_by_turns_of_the_tenants)
{
	static const char *const titles[] = {"one", "two", "three", "four", "five"};

	for (int i = 0; i < 5; i++)
		insert_job(acme, "note", 1, titles[i]);
	insert_job(acme, "note", 2, "bulk");
	insert_job(other, "note", 1, "one");
	insert_job(other, "note", 0, "urgent");
	cr_assert(run_one_job(sample));
	expect_count(1, other, "sample.note WHERE title = 'urgent'");
	for (int i = 0; i < 2; i++)
		cr_assert(run_one_job(sample));
	expect_count(1, acme, "sample.note");
	expect_count(2, other, "sample.note");
	for (int i = 0; i < 4; i++)
		cr_assert(run_one_job(sample));
	expect_count(0, acme, "sample.note WHERE title = 'bulk'");
	cr_assert(run_one_job(sample));
	expect_count(1, acme, "sample.note WHERE title = 'bulk'");
}
