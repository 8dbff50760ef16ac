/* The steps of a lane: claim, deliver, settle. */
#include <stdlib.h>
#include <string.h>

#include "aegis/event/v1/event.pb-c.h"
#include "aegis/svc/v1/svc.aegis.h"
#include "base/log.h"
#include "db/tx.h"
#include "relay/queries.h"
#include "svc/background/relay.h"
#include "svc/internal.h"
#include "svc/serve/peers.h"
#include "svc_core/backoff.h"

/* A killed daemon's lanes stand still for so long. */
#define LEASE_FOR      SECONDS(4)
#define DELIVER_WITHIN SECONDS(10)
#define POSTPONE_FIRST SECONDS(1)
#define POSTPONE_MOST  MINUTES(10)

struct claim {
	struct relay_lane *lane;
	instant now;
	bool held;
	bool is_renewed;
	struct q_relay_event_row *rows;
	size_t n;
};

static struct db_tx all_tenants(struct relay_lane *lane, instant now)
{
	return (struct db_tx){
		.kind = DB_WRITE, .arena = lane->arena, .deadline = now + DELIVER_WITHIN};
}

static struct status hold_lease(struct tx *tx, const struct claim *claim,
				struct q_relay_lease_row **lease)
{
	struct relay_lane *lane = claim->lane;

	return q_relay_hold_lease(
		tx, lease, .name = arena_printf(lane->arena, "relay:%s", lane->subscriber),
		.holder = lane->holder, .now = claim->now, .until = claim->now + LEASE_FOR);
}

static struct status claim_in_tx(struct tx *tx, void *arg)
{
	struct claim *claim = arg;
	struct relay_lane *lane = claim->lane;
	struct q_relay_lease_row *lease;

	if (!claim->held) {
		TRY(hold_lease(tx, claim, &lease));
		if (!lease)
			return OK;
		claim->held = claim->is_renewed = true;
	}
	return q_relay_claim(tx, &claim->rows, &claim->n, .subscriber = lane->subscriber,
			     .after = lane->after, .tenants = RELAY_TENANTS,
			     .per_tenant = RELAY_PER_TENANT, .events = RELAY_BATCH,
			     .now = claim->now);
}

/* As many as one message may hold; what is left over comes with the next round. */
static size_t count_fitting(const struct claim *claim)
{
	size_t n = 0, bytes = 0;

	while (n < claim->n && (n == 0 || bytes + claim->rows[n].payload.len <= RELAY_BYTES))
		bytes += claim->rows[n++].payload.len;
	return n;
}

static void keep_rows(struct relay_lane *lane, const struct claim *claim)
{
	lane->n = count_fitting(claim);
	lane->events = arena_array_of(lane->arena, struct relay_event, lane->n);
	for (size_t i = 0; i < lane->n; i++)
		lane->events[i] = (struct relay_event){
			.tenant = claim->rows[i].tenant_id,
			.id = claim->rows[i].id,
			.attempts = claim->rows[i].attempts,
			.message = pb_unpack(lane->arena, &event__event__descriptor,
					     claim->rows[i].payload),
		};
}

/* Can there be more behind this batch?  Not when no limit was reached. */
static bool is_short(const struct relay_lane *lane, const struct claim *claim)
{
	size_t tenants = 0, of_tenant = 0;

	for (size_t i = 0; i < lane->n; i++) {
		bool is_next =
			i == 0 || !uuid_eq(lane->events[i].tenant, lane->events[i - 1].tenant);

		tenants += is_next;
		of_tenant = is_next ? 1 : of_tenant + 1;
		if (of_tenant == RELAY_PER_TENANT)
			return false;
	}
	return tenants < RELAY_TENANTS && lane->n == claim->n && claim->n < RELAY_BATCH;
}

/* Round robin over the tenants: after the last one it begins again at the first. */
static void move_on(struct relay_lane *lane, const struct claim *claim)
{
	bool is_last = is_short(lane, claim);

	lane->is_whole_round = is_last && uuid_is_nil(lane->after);
	lane->after = is_last ? (struct uuid){} : lane->events[lane->n - 1].tenant;
}

struct status relay_claim(struct relay_lane *lane, instant now)
{
	struct claim claim = {
		.lane = lane, .now = now, .held = lane->lease_until - now >= LEASE_FOR / 2};
	struct db_tx how;

	arena_reset(lane->arena, false);
	how = all_tenants(lane, now);
	/* While the lease lasts a claim only reads. */
	if (claim.held)
		how.kind = DB_ONE;
	lane->n = 0;
	lane->is_whole_round = true;
	TRY(db_run(lane->conn, &how, claim_in_tx, &claim));
	if (!claim.held)
		return OK;
	if (claim.is_renewed)
		lane->lease_until = now + LEASE_FOR;
	keep_rows(lane, &claim);
	move_on(lane, &claim);
	return OK;
}

/* Subscribers acknowledge in the order they were sent: the search goes on where it ended. */
void relay_mark_taken(struct relay_lane *lane, const Svc__DeliverEventsResponse *response)
{
	struct uuid id;
	size_t at = 0;

	for (size_t i = 0; i < response->n_event_ids; i++) {
		if (!uuid_parse(str_of(response->event_ids[i]), &id))
			continue;
		for (size_t tried = 0; tried < lane->n; tried++) {
			struct relay_event *event = &lane->events[at++ % lane->n];

			if (!uuid_eq(event->id, id))
				continue;
			event->taken = true;
			break;
		}
	}
}

void relay_fill_request(struct relay_lane *lane, Svc__DeliverEventsRequest *request)
{
	request->events = arena_array_of(lane->arena, Event__Event *, lane->n);
	for (size_t i = 0; i < lane->n; i++)
		if (lane->events[i].message)
			request->events[request->n_events++] = (void *)lane->events[i].message;
}

static struct status send_events(struct relay_lane *lane, Event__Event **events, size_t n,
				 instant now)
{
	Svc__DeliverEventsRequest request = SVC__DELIVER_EVENTS_REQUEST__INIT;
	struct peer_call call = {.daemon = lane->subscriber,
				 .method = svc_deliver_method(),
				 .arena = lane->arena,
				 .deadline = now + DELIVER_WITHIN,
				 .request_id = uuid_text(lane->arena, uuid_v7(now))};
	void *response;

	request.events = events;
	request.n_events = n;
	TRY(peer_call_run(lane->svc, &call, &request.base, &response));
	relay_mark_taken(lane, response);
	return OK;
}

/* The subscriber said no to what it was sent, and would again. */
static bool is_refusal(struct status st)
{
	return st.code == STATUS_INVALID_ARGUMENT || st.code == STATUS_PERMISSION_DENIED ||
	       st.code == STATUS_FAILED_PRECONDITION || st.code == STATUS_OUT_OF_RANGE;
}

/* One by one: what is refused stays untaken and is put off, the rest goes on its way. */
static struct status send_singly(struct relay_lane *lane, Event__Event **events, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct status st = send_events(lane, &events[i], 1, instant_now());

		if (is_failed(st) && !is_refusal(st))
			return st;
		if (is_failed(st))
			log_error("an event was refused", KV("subscriber", lane->subscriber),
				  KV("event", events[i]->id), KV("action", events[i]->action),
				  KV_STATUS(st));
	}
	return OK;
}

struct status relay_deliver(struct relay_lane *lane, instant now)
{
	Svc__DeliverEventsRequest request = SVC__DELIVER_EVENTS_REQUEST__INIT;
	struct status st;

	relay_fill_request(lane, &request);
	if (request.n_events == 0)
		return OK;
	st = send_events(lane, request.events, request.n_events, now);
	return is_refusal(st) ? send_singly(lane, request.events, request.n_events) : st;
}

struct settlement {
	struct relay_lane *lane;
	instant now;
};

static struct status postpone(struct tx *tx, struct relay_lane *lane,
			      const struct relay_event *event, instant now)
{
	instant wait = backoff_wait((unsigned)event->attempts, POSTPONE_FIRST, POSTPONE_MOST);

	log_warn("an event was not taken", KV("subscriber", lane->subscriber),
		 KV("event", event->id), KV("tenant_id", event->tenant),
		 KV("attempts", event->attempts + 1));
	return q_relay_postpone(tx, .subscriber = lane->subscriber, .tenant_id = event->tenant,
				.id = event->id, .not_before = now + wait);
}

static struct status settle_in_tx(struct tx *tx, void *arg)
{
	struct settlement *settlement = arg;
	struct relay_lane *lane = settlement->lane;
	struct uuid *tenants = arena_array_of(lane->arena, struct uuid, lane->n);
	struct uuid *ids = arena_array_of(lane->arena, struct uuid, lane->n);
	int64_t deleted;
	size_t n = 0;

	for (size_t i = 0; i < lane->n; i++) {
		if (!lane->events[i].taken) {
			TRY(postpone(tx, lane, &lane->events[i], settlement->now));
			continue;
		}
		tenants[n] = lane->events[i].tenant;
		ids[n++] = lane->events[i].id;
	}
	if (n == 0)
		return OK;
	return q_relay_delete(tx, lane->subscriber, (struct uuid_list){tenants, n},
			      (struct uuid_list){ids, n}, &deleted);
}

struct status relay_settle(struct relay_lane *lane, instant now)
{
	struct settlement settlement = {.lane = lane, .now = now};
	struct db_tx how = all_tenants(lane, now);

	return lane->n == 0 ? OK : db_run(lane->conn, &how, settle_in_tx, &settlement);
}

static struct status drop_in_tx(struct tx *tx, void *arg)
{
	struct relay_lane *lane = arg;
	instant now = instant_now();
	struct q_relay_lease_row *lease;

	return q_relay_hold_lease(tx, &lease,
				  .name = arena_printf(lane->arena, "relay:%s", lane->subscriber),
				  .holder = lane->holder, .now = now, .until = now);
}

struct status relay_drop_lease(struct relay_lane *lane)
{
	struct db_tx how = all_tenants(lane, instant_now());

	if (lane->lease_until <= instant_now())
		return OK;
	lane->lease_until = 0;
	return db_run(lane->conn, &how, drop_in_tx, lane);
}

struct age {
	const char *subscriber;
	int64_t waiting;
	instant oldest;
};

static struct status age_in_tx(struct tx *tx, void *arg)
{
	struct age *age = arg;
	struct q_relay_age_row *row;

	TRY(q_relay_age(tx, age->subscriber, &row));
	age->waiting = row->waiting;
	age->oldest = row->oldest ? *row->oldest : 0;
	return OK;
}

struct status relay_age(struct relay_lane *lane, int64_t *waiting, instant *oldest)
{
	struct age age = {.subscriber = lane->subscriber};
	struct db_tx how = {.kind = DB_READ, .arena = lane->arena};

	TRY(db_run(lane->conn, &how, age_in_tx, &age));
	*waiting = age.waiting;
	*oldest = age.oldest;
	return OK;
}
