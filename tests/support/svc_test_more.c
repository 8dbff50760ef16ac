/* Counting, waiting, jobs and events. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aegis/event/v1/event.aegis.h"
#include "aegis/svc/v1/svc.aegis.h"
#include "db/conn.h"
#include "support/svc_test_internal.h"
#include "svc/background/job_run.h"
#include "svc/background/relay.h"

#define SOON SECONDS(20)

struct str test_file(const char *path)
{
	char *full = arena_printf(test_world.arena, "%s/%s", getenv("AEGIS_SOURCE"), path);
	struct strbuf buf = strbuf_new(test_world.arena);
	FILE *in = fopen(full, "re");
	char block[4096];
	size_t n;

	if (!in)
		cr_assert_fail("%s cannot be opened", full);
	while ((n = fread(block, 1, sizeof block, in)) > 0)
		strbuf_add(&buf, block, n);
	fclose(in);
	return (struct str){str_dup(test_world.arena, strbuf_str(&buf)), buf.len};
}

void expect_count_at(int64_t n, struct uuid tenant, const char *from, const char *file, int line)
{
	const char *word = strstr(from, " WHERE ") ? "AND" : "WHERE";
	char id[UUID_TEXT];
	int64_t found;

	uuid_format(id, tenant);
	found = test_count("SELECT count(*) FROM %s %s tenant_id = '%s'", from, word, id);
	if (found != n)
		cr_assert_fail("%s:%d: wanted %lld rows of %s, found %lld", file, line,
			       (long long)n, from, (long long)found);
}

int64_t events_out(const char *schema, struct uuid tenant, const char *topic)
{
	char id[UUID_TEXT];

	uuid_format(id, tenant);
	return test_count("SELECT count(*) FROM %s.outbox WHERE tenant_id = '%s' AND topic = '%s'",
			  schema, id, topic);
}

/* A question may be a call, of which a test has 4,096: so many fit into the time. */
#define POLL_US 5000

void expect_soon_at(bool (*is_so)(void *), void *arg, const char *what, const char *file, int line)
{
	instant end = instant_monotonic() + SOON;

	while (!is_so(arg)) {
		if (instant_monotonic() > end)
			cr_assert_fail("%s:%d: not within 20 s: %s\n%s", file, line, what,
				       logged());
		usleep(POLL_US);
	}
}

bool run_one_job(struct test_daemon *daemon)
{
	struct svc_worker *worker = daemon->worker;
	const struct svc_job *ran;
	struct job_item *job;

	do {
		arena_reset(worker->envelope, true);
		cr_assert(is_ok(job_claim(worker, uuid_v7(instant_now()), svc_now(worker->svc),
					  &job)),
			  "%s", logged());
		ran = job ? job->run.job : NULL;
		if (job)
			job_item_run(worker, job);
	} while (ran == &svc_cleanup_job);
	return ran != NULL;
}

struct relay_lane lane_new(struct test_daemon *from, const char *subscriber)
{
	return (struct relay_lane){
		.svc = &from->svc,
		.subscriber = subscriber,
		.conn = svc_connect(&from->svc, true),
		.arena = arena_new((size_t)16 * 1024 * 1024),
		.holder = uuid_v7(instant_now()),
	};
}

void lane_free(struct relay_lane *lane)
{
	db_conn_free(&lane->conn);
	arena_free(&lane->arena);
}

/* As relay_deliver(), without the socket. */
static void hand_over(struct relay_lane *lane, struct test_daemon *to)
{
	Svc__DeliverEventsRequest request = SVC__DELIVER_EVENTS_REQUEST__INIT;
	const struct caller *sender = as_daemon(lane->svc->descriptor->name, (struct uuid){});
	struct answer answer;

	relay_fill_request(lane, &request);
	answer = call_to(to, sender, "DeliverEvents", &request);
	if (is_ok(answer.status))
		relay_mark_taken(lane, answer.response);
}

size_t deliver_events(struct test_daemon *from, struct test_daemon *to)
{
	struct relay_lane lane = lane_new(from, to->svc.descriptor->name);
	size_t taken = 0;

	do {
		cr_assert(is_ok(relay_claim(&lane, instant_now())), "%s", logged());
		if (lane.n > 0)
			hand_over(&lane, to);
		for (size_t i = 0; i < lane.n; i++)
			taken += lane.events[i].taken;
		cr_assert(is_ok(relay_settle(&lane, instant_now())), "%s", logged());
	} while (!lane.is_whole_round);
	lane_free(&lane);
	return taken;
}

void standing_is(struct test_daemon *daemon, struct uuid tenant, const char *status,
		 int64_t version)
{
	Svc__DeliverEventsRequest request = SVC__DELIVER_EVENTS_REQUEST__INIT;
	Event__TenantStatusChanged payload = EVENT__TENANT_STATUS_CHANGED__INIT;
	Event__Event event = EVENT__EVENT__INIT, *list = &event;
	const Svc__DeliverEventsResponse *taken;

	payload.status = status;
	payload.version = version;
	event.id = uuid_text(test_world.arena, uuid_v7(instant_now()));
	event.tenant_id = uuid_text(test_world.arena, tenant);
	event.action = "tenant.status_told";
	event.source = "tenant";
	event.payload_case = EVENT__EVENT__PAYLOAD_TENANT_STATUS_CHANGED;
	event.tenant_status_changed = &payload;
	request.events = &list;
	request.n_events = 1;
	taken = expect_ok(call_to(daemon, as_daemon("tenant", tenant), "DeliverEvents", &request));
	cr_assert_eq(taken->n_event_ids, 1);
}
