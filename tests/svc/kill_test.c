/*
 * Two processes, one telling the other what it did, killed at random moments: what
 * was acknowledged to the client is there, and had its effect exactly once.
 * AEGIS_KILL_CYCLES says how often (10); the seed is printed.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "world_process.h"

struct victim {
	struct test_daemon *twin;
	const char *program;
	const char *config;
	pid_t pid;
};

static struct victim sample, audit;
static struct uuid acme;

static void set_up(void)
{
	test_sql("TRUNCATE sample.outbox, sample.lease, sample.job");
	audit.twin = daemon_start(&sample_audit);
	sample.twin = daemon_start(&sample_daemon);
	acme = a_tenant_id("acme");
	sample.program = "tests/svc/sample/aegis-sample";
	audit.program = "tests/svc/aegis-sample-audit";
	sample.config = process_config(sample.twin, "");
	audit.config = process_config(audit.twin, "");
}

TestSuite(kill, .init = set_up, .fini = daemons_stop, .timeout = 280);

static void start(struct victim *victim)
{
	victim->pid = process_start(victim->twin, victim->program, victim->config, NULL);
}

static void strike(struct victim *victim)
{
	int ended;

	cr_assert_eq(kill(victim->pid, SIGKILL), 0);
	ended = process_end(victim->pid);
	cr_assert_eq(ended, -SIGKILL, "%s: %d\n%s", victim->program, ended,
		     process_log(victim->twin));
	start(victim);
}

/* One key until it is acknowledged, as a client with an Idempotency-Key does. */
static void put_until_acknowledged(int n)
{
	const struct caller *ann = as(acme, "ann");
	Sample__PutNoteRequest request = SAMPLE__PUT_NOTE_REQUEST__INIT;
	instant end = instant_monotonic() + SECONDS(60);
	char title[32];
	struct answer answer;

	snprintf(title, sizeof title, "note %d", n);
	request.title = title;
	do {
		answer = call_wire(sample.twin,
				   with_deadline(with_key(ann, title), instant_now() + SECONDS(3)),
				   "PutNote", &request);
		cr_assert(instant_monotonic() < end, "%s", process_log(sample.twin));
	} while (is_failed(answer.status));
}

static bool all_are_told(void *arg)
{
	char tenant[UUID_TEXT];

	(void)arg;
	uuid_format(tenant, acme);
	return test_count("SELECT count(*) FROM sample.outbox WHERE tenant_id = '%s'", tenant) == 0;
}

static unsigned seed_of_run(void)
{
	const char *given = getenv("AEGIS_KILL_SEED");
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);

	printf("AEGIS_KILL_SEED=%u\n", seed);
	return seed;
}

Test(kill, nothing_acknowledged_is_lost_and_no_effect_happens_twice)
{
	const char *given = getenv("AEGIS_KILL_CYCLES");
	int cycles = given ? (int)strtol(given, NULL, 10) : 10, notes = 0;
	unsigned seed = seed_of_run();
	char tenant[UUID_TEXT];

	start(&audit);
	start(&sample);
	for (int i = 0; i < cycles; i++) {
		for (int burst = rand_r(&seed) % 30; burst >= 0; burst--)
			put_until_acknowledged(notes++);
		strike(rand_r(&seed) % 2 ? &sample : &audit);
	}
	put_until_acknowledged(notes++);
	expect_soon(all_are_told, NULL);
	expect_count(notes, acme, "sample.note");
	expect_count(notes, acme, "sample_audit.seen");
	uuid_format(tenant, acme);
	cr_assert_eq(test_count("SELECT count(DISTINCT event_id) FROM sample_audit.seen WHERE "
				"tenant_id = '%s'",
				tenant),
		     notes);
	kill(sample.pid, SIGTERM);
	kill(audit.pid, SIGTERM);
	cr_assert_eq(process_end(sample.pid), 0, "%s", process_log(sample.twin));
	cr_assert_eq(process_end(audit.pid), 0, "%s", process_log(audit.twin));
}
