#include "base/log.h"
#include "compliance/compliance.h"
#include "compliance_platform/queries.h"

/* Changes that one transaction of a tenant takes. */
#define BATCH 500
/* No source is begun after this long: what is left is still due at the next run. */
#define LONGEST_POLL MINUTES(1)

struct due {
	struct q_due_source_row *rows;
	size_t n;
};

static struct status list_due(struct rpc_call *call, void *arg)
{
	struct due *due = arg;

	return q_due_sources(call->tx, call->now, &due->rows, &due->n);
}

struct status run_poll(struct rpc_call *call, const struct svc_job_run *job)
{
	instant begun = call->now, clock = instant_monotonic();
	struct due due;

	(void)job;
	TRY(tx_run_as(call, svc_platform_tenant, list_due, &due));
	for (size_t i = 0; i < due.n && call->now - begun < LONGEST_POLL; i++) {
		const struct sync_order order = {.id = due.rows[i].id};
		struct sync_outcome outcome;
		struct status st;

		/* Transfers take their time, and leases count from now. */
		call->now = begun + (instant_monotonic() - clock);
		st = source_sync(call, &order, &outcome);

		/* Noted with the source; the others are polled all the same. */
		if (is_failed(st))
			log_info("a poll failed", KV("source", due.rows[i].id), KV_STATUS(st));
	}
	return OK;
}

struct behind {
	struct q_behind_row *rows;
	size_t n;
};

static struct status list_behind(struct rpc_call *call, void *arg)
{
	struct behind *behind = arg;

	return q_subscriptions_behind(call->tx, &behind->rows, &behind->n);
}

static bool wants(const struct q_subscription_row *subscription, const char *state)
{
	if (subscription->states.n == 0)
		return true;
	for (size_t i = 0; i < subscription->states.n; i++)
		if (strcmp(subscription->states.items[i], state) == 0)
			return true;
	return false;
}

static struct status raise_event(struct rpc_call *call, const struct q_change_row *change)
{
	Event__ComplianceEventRaised payload = EVENT__COMPLIANCE_EVENT_RAISED__INIT;
	struct strbuf after = strbuf_new(call->arena);
	struct q_event_row *event;

	TRY(q_insert_event(call->tx, &event, .id = uuid_v7(call->now),
			   .source_id = change->source_id, .type = change->type,
			   .natural_key = change->natural_key, .content_hash = change->content_hash,
			   .priority = change->priority, .title = change->title,
			   .metadata = change->columns, .now = call->now));
	if (!event)
		return OK;
	TRY(q_insert_alert(call->tx, .id = uuid_v7(call->now), .event_id = event->id,
			   .channel = "email", .now = call->now));
	payload.event_id = uuid_text(call->arena, event->id);
	payload.title = event->title;
	payload.priority = event->priority;
	strbuf_printf(&after, "{\"type\":\"%s\",\"priority\":\"%s\"}", event->type,
		      event->priority);
	svc_emit(call,
		 &(struct event_out){.action = "compliance.event_raised",
				     .target_kind = "compliance_event",
				     .target_id = event->id,
				     .after = strbuf_str(&after),
				     .payload_case = EVENT__EVENT__PAYLOAD_COMPLIANCE_EVENT_RAISED,
				     .payload = &payload});
	return OK;
}

/* The cursor moves in the transaction that raises: a crash repeats nothing and loses nothing. */
static struct status raise_batch(struct rpc_call *call, void *arg)
{
	const struct q_behind_row *behind = arg;
	struct q_subscription_row *subscription;
	struct q_change_row *changes;
	size_t n;

	TRY(q_lock_subscription(call->tx, behind->id, &subscription));
	if (!subscription)
		return OK;
	TRY(q_changes_behind(call->tx, subscription->source_id, subscription->last_seq, BATCH,
			     &changes, &n));
	for (size_t i = 0; i < n; i++)
		if (wants(subscription, changes[i].state))
			TRY(raise_event(call, &changes[i]));
	if (n == 0)
		return OK;
	return q_move_cursor(call->tx, subscription->id, changes[n - 1].seq, call->now);
}

struct status run_route(struct rpc_call *call, const struct svc_job_run *job)
{
	struct behind behind;
	struct status first = OK;

	(void)job;
	TRY(tx_run_platform(call, list_behind, &behind));
	for (size_t i = 0; i < behind.n; i++) {
		struct status st;

		call->tenant = behind.rows[i].tenant_id;
		st = tx_run_as(call, behind.rows[i].tenant_id, raise_batch, &behind.rows[i]);
		if (is_failed(st) && is_ok(first))
			first = st;
	}
	return first;
}
