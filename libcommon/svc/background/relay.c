#include "svc/background/relay.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "contract/topic.h"
#include "db/conn.h"
#include "svc/background/bell.h"
#include "svc/internal.h"
#include "svc/serve/peers.h"
#include "svc_core/backoff.h"
#include "svc_core/metrics.h"

#define POLL_EVERY   SECONDS(1)
#define BACKOFF_BASE MILLIS(200)
#define BACKOFF_CAP  SECONDS(15)
#define AGE_EVERY    SECONDS(10)
#define GATHER_FOR   MILLIS(20)
#define GATHER_BELOW 64 /* as many are worth a batch of their own */
#define ARENA_CAP    ((size_t)64 * 1024 * 1024)

struct lane_thread {
	struct relay_lane lane;
	struct relay *relay;
	pthread_t thread;
	struct bell bell;
	unsigned failures;
	_Atomic bool answered; /* did the database, when last asked? */
	instant age_at;	       /* monotonic: when the age is to be looked at again */
	struct metric *waiting;
	struct metric *age;
	struct metric *delivered;
	struct metric *failed;
};

struct relay {
	struct svc *svc;
	_Atomic bool stopping;
	size_t n;
	struct lane_thread lanes[SVC_PEERS_MAX];
};

static size_t count_taken(const struct relay_lane *lane)
{
	size_t n = 0;

	for (size_t i = 0; i < lane->n; i++)
		n += lane->events[i].taken;
	return n;
}

/* How many wait and how long the oldest has, for the alert on them. */
static struct status measure_age(struct lane_thread *own)
{
	instant now = instant_monotonic(), oldest;
	int64_t waiting;

	if (now < own->age_at)
		return OK;
	own->age_at = now + AGE_EVERY;
	TRY(relay_age(&own->lane, &waiting, &oldest));
	metric_set(own->waiting, waiting);
	metric_set(own->age, waiting > 0 ? (instant_now() - oldest) / SECONDS(1) : 0);
	return OK;
}

/* One batch, from claim to settlement. */
static struct status step(struct lane_thread *own)
{
	struct relay_lane *lane = &own->lane;

	struct status st = relay_claim(lane, instant_now());

	own->answered = is_ok(st);
	TRY(st);
	TRY(measure_age(own));
	if (lane->n == 0)
		return OK;
	TRY(relay_deliver(lane, instant_now()));
	TRY(relay_settle(lane, instant_now()));
	metric_add(own->delivered, count_taken(lane));
	return OK;
}

static instant after_failure(struct lane_thread *own, struct status st)
{
	metric_add(own->failed, 1);
	/* Once when it begins, then about once a minute. */
	if (own->failures % 64 == 0)
		log_warn("events wait", KV("subscriber", own->lane.subscriber), KV_STATUS(st),
			 KV("failures", own->failures));
	own->lane.lease_until = 0;
	return backoff_wait(own->failures++, BACKOFF_BASE, BACKOFF_CAP);
}

/*
 * A batch costs three transactions however small it is.  Under load the next one
 * may therefore grow for a moment; the first event after a rest never waits.
 */
static void rest(struct lane_thread *own)
{
	const struct timespec moment = {.tv_nsec = GATHER_FOR * 1000};

	if (own->lane.n > 0 && own->lane.n < GATHER_BELOW)
		nanosleep(&moment, NULL);
	if (own->lane.is_whole_round)
		bell_wait(&own->bell, POLL_EVERY);
}

static void *run_lane(void *arg)
{
	struct lane_thread *own = arg;
	struct status st;

	while (!own->relay->stopping) {
		st = step(own);
		if (is_failed(st)) {
			bell_wait(&own->bell, after_failure(own, st));
			continue;
		}
		if (own->failures > 0)
			log_info("events flow again", KV("subscriber", own->lane.subscriber));
		own->failures = 0;
		rest(own);
	}
	/* When this fails the lease runs out by itself. */
	st = relay_drop_lease(&own->lane);
	if (is_failed(st))
		log_info("the lease of a lane was kept", KV_STATUS(st));
	return NULL;
}

static void start_lane(struct relay *relay, const char *subscriber)
{
	struct lane_thread *own = &relay->lanes[relay->n];

	own->relay = relay;
	own->lane = (struct relay_lane){.svc = relay->svc,
					.subscriber = subscriber,
					.conn = svc_connect(relay->svc, true),
					.arena = arena_new(ARENA_CAP),
					.holder = uuid_v7(instant_now())};
	own->delivered = metrics_counter("aegis_events_delivered_total", "Events acknowledged.",
					 LABEL("subscriber", subscriber));
	own->failed = metrics_counter("aegis_events_failed_total", "Batches not delivered.",
				      LABEL("subscriber", subscriber));
	bell_init(&own->bell);
	own->waiting = metrics_gauge("aegis_outbox_waiting", "Events not yet acknowledged.",
				     LABEL("subscriber", subscriber));
	own->age = metrics_gauge("aegis_outbox_age_seconds", "Age of the oldest of them.",
				 LABEL("subscriber", subscriber));
	own->answered = true;
	if (pthread_create(&own->thread, NULL, run_lane, own) != 0)
		abort();
	pthread_setname_np(own->thread, "relay");
	relay->n++;
}

static bool has_lane(const struct relay *relay, const char *subscriber)
{
	for (size_t i = 0; i < relay->n; i++)
		if (strcmp(relay->lanes[i].lane.subscriber, subscriber) == 0)
			return true;
	return false;
}

static void ensure_lane(struct relay *relay, const char *subscriber)
{
	if (!has_lane(relay, subscriber) && svc_has_peer(relay->svc, subscriber))
		start_lane(relay, subscriber);
}

struct relay *relay_start(struct svc *svc)
{
	struct relay *relay = calloc(1, sizeof *relay);

	if (!relay)
		abort();
	relay->svc = svc;
	ensure_lane(relay, "audit");
	for (const struct event_topic *topic = event_topics; topic->name; topic++)
		for (const char *const *name = topic->subscribers; *name; name++)
			ensure_lane(relay, *name);
	return relay;
}

void relay_hint(struct relay *relay, const char *subscriber)
{
	for (size_t i = 0; relay && i < relay->n; i++)
		if (strcmp(relay->lanes[i].lane.subscriber, subscriber) == 0)
			bell_ring(&relay->lanes[i].bell);
}

bool relay_is_alive(struct relay *relay)
{
	for (size_t i = 0; i < relay->n; i++)
		if (!relay->lanes[i].answered)
			return false;
	return true;
}

void relay_stop(struct relay **relay_ref)
{
	struct relay *relay = *relay_ref;

	if (!relay)
		return;
	relay->stopping = true;
	for (size_t i = 0; i < relay->n; i++)
		bell_ring(&relay->lanes[i].bell);
	for (size_t i = 0; i < relay->n; i++) {
		struct lane_thread *own = &relay->lanes[i];

		pthread_join(own->thread, NULL);
		bell_fini(&own->bell);
		db_conn_free(&own->lane.conn);
		arena_free(&own->lane.arena);
	}
	free(relay);
	*relay_ref = NULL;
}
