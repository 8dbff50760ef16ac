/* The program itself: its command line, its start checks, SIGTERM and SIGKILL. */
#include <signal.h>
#include <string.h>

#include "world_process.h"

static struct test_daemon *sample; /* knows the methods; the process answers them */
static struct uuid acme;

static void set_up(void)
{
	test_sql("TRUNCATE sample.outbox, sample.lease, sample.job");
	sample = daemon_start(&sample_daemon);
	acme = a_tenant_id("acme");
}

TestSuite(process, .init = set_up, .fini = daemons_stop, .timeout = 120);

#define PROGRAM "tests/svc/sample/aegis-sample"

static pid_t start(const char *extra, const char *argument)
{
	return process_start(sample, PROGRAM, process_config(sample, extra), argument);
}

static struct answer wire_put(const char *title)
{
	Sample__PutNoteRequest request = SAMPLE__PUT_NOTE_REQUEST__INIT;

	request.title = title;
	return call_wire(sample, as(acme, "ann"), "PutNote", &request);
}

Test(process, it_serves_until_sigterm_and_leaves_with_zero)
{
	pid_t pid = start("", NULL);

	expect_ok(wire_put("from a process"));
	cr_assert_eq(kill(pid, SIGTERM), 0);
	cr_assert_eq(process_end(pid), 0, "%s", process_log(sample));
	cr_assert_not_null(strstr(process_log(sample), "\"msg\":\"draining\""));
	cr_assert_null(strstr(process_log(sample), "\"level\":\"error\""), "%s",
		       process_log(sample));
	expect_count(1, acme, "sample.note");
}

Test(process, killed_it_loses_nothing_that_it_acknowledged)
{
	pid_t pid = start("", NULL);
	struct test_daemon *audit;

	expect_ok(wire_put("acknowledged"));
	cr_assert_eq(kill(pid, SIGKILL), 0);
	cr_assert_eq(process_end(pid), -SIGKILL);
	expect_count(1, acme, "sample.note");
	expect_count(1, acme, "sample.outbox");
	pid = start("", NULL);
	expect_ok(wire_put("after the kill"));
	cr_assert_eq(kill(pid, SIGTERM), 0);
	cr_assert_eq(process_end(pid), 0, "%s", process_log(sample));
	/* The killed process still holds the lease of its lane, for ten seconds. */
	test_sql("UPDATE sample.lease SET until = '2000-01-01'");
	audit = daemon_start(&sample_audit);
	cr_assert_eq(deliver_events(sample, audit), 2);
	expect_count(2, acme, "sample_audit.seen");
}

Test(process, a_wrong_configuration_is_told_whole_and_ends_with_78)
{
	pid_t pid = start("write_queue = none\nnonsense = 1\n", NULL);

	cr_assert_eq(process_end(pid), 78);
	cr_assert_not_null(strstr(process_log(sample), "write_queue ("));
	cr_assert_not_null(strstr(process_log(sample), "nonsense ("));
	cr_assert_eq(process_end(start("", "--check-config")), 0);
}

Test(process, it_refuses_a_role_that_could_evade_isolation)
{
	pid_t pid;

	test_sql("ALTER ROLE aegis_sample BYPASSRLS");
	pid = start("", NULL);
	cr_assert_eq(process_end(pid), 1);
	test_sql("ALTER ROLE aegis_sample NOBYPASSRLS");
	cr_assert_not_null(strstr(process_log(sample), "UNSAFE_ROLE"), "%s", process_log(sample));
}

Test(process, it_refuses_a_database_that_lacks_a_migration)
{
	pid_t pid;

	test_sql("UPDATE sample.schema_version SET version = 77 WHERE name = '0001_note.sql'");
	pid = start("", NULL);
	cr_assert_eq(process_end(pid), 1);
	test_sql("UPDATE sample.schema_version SET version = 1 WHERE name = '0001_note.sql'");
	cr_assert_not_null(strstr(process_log(sample), "MIGRATION_MISSING"), "%s",
			   process_log(sample));
}
