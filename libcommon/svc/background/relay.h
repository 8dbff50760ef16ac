#pragma once

/*
 * Carries events from this daemon's outbox to their subscribers, one lane (a
 * thread with a connection of aegis_<svc>_relay) for each, so that a subscriber
 * that is down or slow holds up nobody else.  Of several replicas one works a
 * lane at a time, by a lease.  An event is deleted when its subscriber has
 * acknowledged it, that is, committed its effect: killed at any moment, the relay
 * delivers again and the subscriber's inbox drops what it has.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/instant.h"
#include "base/status.h"
#include "base/uuid.h"

struct db_conn;
struct arena;
struct relay;
struct svc;

/* Starts a lane for every configured peer that some topic names. */
struct relay *relay_start(struct svc *svc);

/* Something was committed for the subscriber: look now.  relay may be NULL.  Never blocks. */
void relay_hint(struct relay *relay, const char *subscriber);

/* Did the database answer every lane when it was last asked? */
bool relay_is_alive(struct relay *relay);

/* Stops after the batches under way; *relay becomes NULL. */
void relay_stop(struct relay **relay);

/*
 * The steps of one lane, apart so that tests can end between them.  Everything
 * lives in lane->arena until the next claim.
 */
#define RELAY_TENANTS	 16
#define RELAY_PER_TENANT 128
#define RELAY_BATCH	 500		       /* events: DeliverEventsRequest takes no more */
#define RELAY_BYTES	 ((size_t)1024 * 1024) /* payloads; a single event may have more */

struct relay_event {
	struct uuid tenant;
	struct uuid id;
	const void *message; /* Event__Event, NULL when it does not unpack */
	int attempts;
	bool taken;
};

struct relay_lane {
	struct svc *svc;
	const char *subscriber;
	struct db_conn *conn;
	struct arena *arena;
	struct uuid holder;
	struct uuid after; /* round robin: the tenant served last */
	instant lease_until;
	struct relay_event *events;
	size_t n;
	bool is_whole_round; /* nothing waited beyond this batch */
};

/* Holds the lease and reads a batch; lane->n is 0 when there is nothing or no lease. */
struct status relay_claim(struct relay_lane *lane, instant now);
/* The parts of the next step, for deliveries without a socket. */
struct Svc__DeliverEventsRequest;
struct Svc__DeliverEventsResponse;
void relay_fill_request(struct relay_lane *lane, struct Svc__DeliverEventsRequest *request);
void relay_mark_taken(struct relay_lane *lane, const struct Svc__DeliverEventsResponse *response);
/* Sends the batch; marks what the subscriber has taken.  UNAVAILABLE when it cannot be reached. */
struct status relay_deliver(struct relay_lane *lane, instant now);
/* Gives the lease up, so that another replica need not wait for its end. */
struct status relay_drop_lease(struct relay_lane *lane);
/* How many events wait in the lane, and since when the oldest does. */
struct status relay_age(struct relay_lane *lane, int64_t *waiting, instant *oldest);
/* Deletes what was taken, puts off what was refused. */
struct status relay_settle(struct relay_lane *lane, instant now);
