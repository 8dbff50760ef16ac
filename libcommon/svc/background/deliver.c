/*
 * Events arriving from another daemon's relay.  All fresh ones of a tenant are
 * noted in the inbox and take effect in one transaction; when that fails each is
 * tried by itself, so that one bad event holds up only itself.
 */
#include <stdlib.h>
#include <string.h>

#include "aegis/event/v1/event.pb-c.h"
#include "aegis/svc/v1/svc.aegis.h"
#include "base/log.h"
#include "svc/background/provenance.h"
#include "svc/internal.h"
#include "svc/queries.h"
#include "svc/standing.h"

const struct rpc_method *svc_deliver_method(void)
{
	for (size_t i = 0; i < svc_service.n_methods; i++)
		if (strcmp(svc_service.methods[i].name, "DeliverEvents") == 0)
			return &svc_service.methods[i];
	abort();
}

/* Events of one tenant. */
struct group {
	struct uuid tenant;
	Event__Event **events;
	struct uuid *ids;
	size_t n;
	bool has_standing; /* the tenant's standing is among them */
};

static bool wants(const struct svc_subscription *subscription, const Event__Event *event,
		  const char *topic)
{
	return strcmp(subscription->topic, "*") == 0 || strcmp(subscription->topic, topic) == 0 ||
	       strcmp(subscription->topic, event->action) == 0;
}

static struct status run_batch(struct rpc_call *call, const struct svc_subscription *subscription,
			       Event__Event **fresh, size_t n)
{
	const Event__Event **wanted = arena_array_of(call->arena, const Event__Event *, n);
	size_t n_wanted = 0;

	for (size_t i = 0; i < n; i++)
		if (wants(subscription, fresh[i], provenance_topic_name(fresh[i])))
			wanted[n_wanted++] = fresh[i];
	if (n_wanted == 0)
		return OK;
	if (subscription->on_batch)
		return subscription->on_batch(call, wanted, n_wanted);
	for (size_t i = 0; i < n_wanted; i++)
		TRY(subscription->on_event(call, wanted[i]));
	return OK;
}

static bool is_standing(const Event__Event *event)
{
	return event->payload_case == EVENT__EVENT__PAYLOAD_TENANT_STATUS_CHANGED;
}

/* Every daemon takes this one, whatever it subscribes to. */
static struct status take_standing(struct rpc_call *call, struct group *group,
				   const Event__Event *event)
{
	if (!is_standing(event))
		return OK;
	group->has_standing = true;
	return standing_put(call, group->tenant, event->tenant_status_changed->status,
			    event->tenant_status_changed->version, NULL);
}

static bool is_taken(const struct q_svc_taken_row *rows, size_t n, struct uuid id)
{
	for (size_t i = 0; i < n; i++)
		if (uuid_eq(rows[i].event_id, id))
			return true;
	return false;
}

/* In the transaction: what the inbox had not is fresh, and takes effect now. */
static struct status take_group(struct rpc_call *call, void *arg)
{
	const struct svc_descriptor *d = call->svc->descriptor;
	struct group *group = arg;
	Event__Event **fresh = arena_array_of(call->arena, Event__Event *, group->n);
	struct q_svc_taken_row *rows;
	size_t n_rows, n = 0;

	TRY(q_svc_take_events(call->tx, d->name, (struct uuid_list){group->ids, group->n},
			      call->now, &rows, &n_rows));
	for (size_t i = 0; i < group->n; i++)
		if (is_taken(rows, n_rows, group->ids[i]))
			fresh[n++] = group->events[i];
	for (size_t i = 0; i < n; i++)
		TRY(take_standing(call, group, fresh[i]));
	for (size_t i = 0; i < d->n_subscriptions && n > 0; i++)
		TRY(run_batch(call, &d->subscriptions[i], fresh, n));
	return OK;
}

static void acknowledge(struct rpc_call *call, Svc__DeliverEventsResponse *resp,
			const struct group *group)
{
	if (group->has_standing)
		standing_forget(call->svc);
	for (size_t i = 0; i < group->n; i++)
		resp->event_ids[resp->n_event_ids++] = group->events[i]->id;
}

static void deliver_singly(struct rpc_call *call, struct group *group,
			   Svc__DeliverEventsResponse *resp)
{
	for (size_t i = 0; i < group->n; i++) {
		struct group one = {
			.tenant = group->tenant,
			.events = &group->events[i],
			.ids = &group->ids[i],
			.n = 1,
		};
		struct status st = tx_run_as(call, group->tenant, take_group, &one);

		if (is_ok(st))
			acknowledge(call, resp, &one);
		else
			log_error("an event has no effect yet", KV("event", group->ids[i]),
				  KV("action", group->events[i]->action), KV_STATUS(st));
	}
}

/* Moves the events of the first one's tenant from the list into a group. */
static struct group take_tenant(struct rpc_call *call, Event__Event **events, size_t *n)
{
	struct group group = {
		.events = arena_array_of(call->arena, Event__Event *, *n),
		.ids = arena_array_of(call->arena, struct uuid, *n),
	};
	const char *tenant = events[0]->tenant_id;
	size_t kept = 0;

	uuid_parse(str_of(tenant), &group.tenant);
	for (size_t i = 0; i < *n; i++) {
		if (strcmp(events[i]->tenant_id, tenant) != 0) {
			events[kept++] = events[i];
			continue;
		}
		uuid_parse(str_of(events[i]->id), &group.ids[group.n]);
		group.events[group.n++] = events[i];
	}
	*n = kept;
	return group;
}

/* A daemon without subscriptions is told who may act, and nothing else. */
static bool is_for_us(const struct svc *svc, const Svc__DeliverEventsRequest *req)
{
	bool all = true;

	for (size_t i = 0; i < req->n_events; i++)
		all = all && is_standing(req->events[i]);
	return all || svc->descriptor->n_subscriptions > 0;
}

/* Nothing of a delivery is taken when the sender may not tell of any part of it. */
static struct status check_provenance(struct rpc_call *call, const Svc__DeliverEventsRequest *req)
{
	for (size_t i = 0; i < req->n_events; i++)
		TRY(provenance_check(call, req->events[i]));
	return OK;
}

struct status svc_deliver_events(struct rpc_call *call, const Svc__DeliverEventsRequest *req,
				 Svc__DeliverEventsResponse *resp)
{
	Event__Event **events =
		arena_memdup(call->arena, req->events, req->n_events * sizeof(Event__Event *));
	size_t n = req->n_events;

	TRY(check_provenance(call, req));
	if (!is_for_us(call->svc, req))
		return FAIL(NO_SUBSCRIPTION);
	resp->event_ids = arena_array_of(call->arena, const char *, n);
	while (n > 0) {
		struct group group = take_tenant(call, events, &n);
		struct status st = tx_run_as(call, group.tenant, take_group, &group);

		if (is_ok(st))
			acknowledge(call, resp, &group);
		else if (st.code == STATUS_UNAVAILABLE || st.code == STATUS_DEADLINE_EXCEEDED)
			return st;
		else
			deliver_singly(call, &group, resp);
	}
	return OK;
}
