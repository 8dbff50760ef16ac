/* A tenant that may not act: refused by every daemon, its jobs kept, by version and at once. */
#include <stdio.h>

#include "sample_world.h"
#include "support/svc_test_internal.h"

static struct test_daemon *sample;
static struct uuid acme, other;

static void set_up(void)
{
	test_sql("TRUNCATE sample.outbox, sample.lease, sample.job, sample.standing");
	sample = daemon_start(&sample_daemon);
	acme = a_tenant_id("acme");
	other = a_tenant_id("other");
}

TestSuite(standing, .init = set_up, .fini = daemons_stop, .timeout = 60);

static struct answer list_as(const struct caller *who)
{
	Sample__ListNotesRequest request = SAMPLE__LIST_NOTES_REQUEST__INIT;

	return call(who, "ListNotes", &request);
}

static void expect_suspended(struct answer answer)
{
	expect_fail(answer, PERMISSION_DENIED, "TENANT_SUSPENDED");
}

static void queue(struct uuid tenant)
{
	Sample__QueueNoteRequest request = SAMPLE__QUEUE_NOTE_REQUEST__INIT;

	request.title = "by job";
	expect_ok(call(as(tenant, "ann"), "QueueNote", &request));
}

Test(standing, every_kind_of_client_of_a_suspended_tenant_is_refused_and_others_are_not)
{
	const char *const scopes[] = {"notes:read", NULL};

	standing_is(sample, acme, "suspended", 2);
	expect_suspended(list_as(as(acme, "ann")));
	expect_suspended(try_put(as(acme, "ann"), "title", "body"));
	for (int kind = PRINCIPAL_API_KEY; kind <= PRINCIPAL_PARTNER_KEY; kind++) {
		struct answer answer =
			list_as(as_key(acme, (enum principal_kind)kind, "till", scopes));

		cr_assert_eq(answer.status.code, STATUS_PERMISSION_DENIED);
	}
	expect_ok(list_as(as(other, "bob")));
	expect_count(0, acme, "sample.note");
}

Test(standing, resumed_it_acts_again_with_all_that_it_had)
{
	put_note(acme, "before");
	standing_is(sample, acme, "suspended", 2);
	expect_suspended(list_as(as(acme, "ann")));
	standing_is(sample, acme, "active", 3);
	cr_assert_eq(
		((const Sample__ListNotesResponse *)expect_ok(list_as(as(acme, "ann"))))->n_notes,
		1);
}

Test(standing, closing_is_no_status_to_act_in)
{
	standing_is(sample, acme, "closing", 2);
	expect_suspended(list_as(as(acme, "ann")));
}

Test(standing, old_news_of_a_resumption_does_not_undo_a_later_suspension)
{
	standing_is(sample, acme, "suspended", 4);
	standing_is(sample, acme, "active", 3);
	expect_suspended(list_as(as(acme, "ann")));
	standing_is(sample, acme, "active", 4);
	expect_suspended(list_as(as(acme, "ann")));
}

static bool is_refused(void *arg)
{
	(void)arg;
	return list_as(as(acme, "ann")).status.code == STATUS_PERMISSION_DENIED;
}

/* Another replica took the event: this one has only the table. */
Test(standing, what_another_replica_was_told_is_seen_within_a_second)
{
	char id[UUID_TEXT];
	instant told;

	expect_ok(list_as(as(acme, "ann")));
	uuid_format(id, acme);
	told = instant_monotonic();
	test_sql("INSERT INTO sample.standing VALUES ('%s', 'suspended', 2, now())", id);
	expect_soon(is_refused, NULL);
	cr_assert_lt(instant_monotonic() - told, SECONDS(1));
}

Test(standing, its_jobs_are_kept_until_it_may_act_again)
{
	queue(acme);
	standing_is(sample, acme, "suspended", 2);
	cr_assert_not(run_one_job(sample));
	expect_count(1, acme, "sample.job WHERE state = 'queued' AND attempts = 0");
	queue(other);
	cr_assert(run_one_job(sample), "it holds up nobody else");
	standing_is(sample, acme, "active", 3);
	cr_assert(run_one_job(sample));
	expect_count(1, acme, "sample.note WHERE title = 'by job'");
}
