/*
 * Changes become a tenant's events.  What one poll of a source brought a tenant is one alert,
 * told when the last event of it is raised.
 */
#include "compliance/compliance.h"
#include "compliance_platform/queries.h"
#include "svc/kit/change.h"

/* Changes that one transaction of a tenant takes. */
#define BATCH 500
/* Titles that an alert carries; the others are only counted. */
#define ALERT_LINES 20

struct behind {
	struct q_behind_row *rows;
	size_t n;
};

static struct status list_behind(struct rpc_call *call, void *arg)
{
	struct behind *behind = arg;

	return q_subscriptions_behind(call->tx, &behind->rows, &behind->n);
}

static bool is_among(struct text_list states, const char *state)
{
	for (size_t i = 0; i < states.n; i++)
		if (strcmp(states.items[i], state) == 0)
			return true;
	return false;
}

/* Who left a state concerns it as much as who came; what becomes of the source concerns everybody.
 */
static bool wants(const struct q_subscription_row *subscription, const struct q_change_row *change)
{
	return subscription->states.n == 0 || strncmp(change->type, "source.", 7) == 0 ||
	       is_among(subscription->states, change->state) ||
	       is_among(subscription->states, change->state_before);
}

static struct status raise_event(struct rpc_call *call, struct uuid alert,
				 const struct q_change_row *change)
{
	Event__ComplianceEventRaised payload = EVENT__COMPLIANCE_EVENT_RAISED__INIT;
	Compliance__ComplianceEvent after = COMPLIANCE__COMPLIANCE_EVENT__INIT;
	struct q_event_row *event;

	TRY(q_insert_event(call->tx, &event, .id = uuid_v7(call->now),
			   .source_id = change->source_id, .change_seq = change->seq,
			   .alert_id = alert, .type = change->type, .priority = change->priority,
			   .title = change->title, .effective_on = change->effective_on,
			   .metadata = change->columns, .now = call->now));
	payload.event_id = uuid_text(call->arena, event->id);
	payload.title = event->title;
	payload.priority = event->priority;
	TRY(q_event_fill(call->arena, event, &after));
	return svc_emit_change(
		call, "compliance.event_raised",
		&(struct change_out){.resource = &compliance__compliance_event__info,
				     .after = &after,
				     .payload_case = EVENT__EVENT__PAYLOAD_COMPLIANCE_EVENT_RAISED,
				     .payload = &payload});
}

/* Notification makes one mail of it for each address. */
static struct status tell_alert(struct rpc_call *call, const struct q_alert_row *alert)
{
	Event__ComplianceAlertRaised payload = EVENT__COMPLIANCE_ALERT_RAISED__INIT;
	Compliance__Alert after = COMPLIANCE__ALERT__INIT;
	struct q_alert_line_row *lines;
	struct q_source_row *source;
	size_t n;

	TRY(q_source_by_id(call->tx, alert->source_id, &source));
	TRY(q_alert_lines(call->tx, alert->id, ALERT_LINES, &lines, &n));
	if (!source || n == 0)
		return FAIL(ALERT_LINES_LOST);
	payload.alert_id = uuid_text(call->arena, alert->id);
	payload.title = alert->event_count == 1 ? lines[0].title
						: arena_printf(call->arena, "%d changes in %s",
							       alert->event_count, source->name);
	/* The urgent ones come first. */
	payload.priority = lines[0].priority;
	payload.total = alert->event_count;
	payload.lines = arena_array_of(call->arena, const char *, n);
	payload.n_lines = n;
	for (size_t i = 0; i < n; i++)
		payload.lines[i] = lines[i].title;
	TRY(q_alert_fill(call->arena, alert, &after));
	return svc_emit_change(
		call, "compliance.alert_raised",
		&(struct change_out){.resource = &compliance__alert__info,
				     .after = &after,
				     .payload_case = EVENT__EVENT__PAYLOAD_COMPLIANCE_ALERT_RAISED,
				     .payload = &payload});
}

/* Counts further events into the alert of a poll; NULL while there is none. */
static struct status count_in(struct rpc_call *call, const struct q_change_row *change,
			      int32_t more, struct q_alert_row **alert)
{
	return q_count_alert(call->tx, alert, .id = uuid_v7(call->now),
			     .source_id = change->source_id, .poll_id = change->poll_id,
			     .channel = "email", .more = more, .now = call->now);
}

/* Changes of one poll; the last of them may be in a later batch. */
static struct status raise_changes(struct rpc_call *call,
				   const struct q_subscription_row *subscription,
				   const struct q_change_row *changes, size_t n, bool is_end)
{
	struct q_alert_row *alert;
	int32_t wanted = 0;

	for (size_t i = 0; i < n; i++)
		wanted += wants(subscription, &changes[i]);
	if (wanted) {
		TRY(count_in(call, &changes[0], wanted, &alert));
		for (size_t i = 0; i < n; i++)
			if (wants(subscription, &changes[i]))
				TRY(raise_event(call, alert->id, &changes[i]));
	} else {
		TRY(q_alert_of_poll(call->tx, changes[0].source_id, changes[0].poll_id, &alert));
	}
	return is_end && alert ? tell_alert(call, alert) : OK;
}

/*
 * The cursor moves in the transaction that raises, and the alert is told in the one that
 * moves it past the poll's last change: a crash repeats nothing and loses nothing.
 */
static struct status raise_batch(struct rpc_call *call, void *arg)
{
	const struct q_behind_row *behind = arg;
	struct q_subscription_row *subscription;
	struct q_change_row *changes;
	size_t n, taken;

	TRY(q_lock_subscription(call->tx, behind->id, &subscription));
	if (!subscription)
		return OK;
	TRY(q_changes_of_next_poll(call->tx, subscription->source_id, subscription->last_seq,
				   BATCH + 1, &changes, &n));
	if (n == 0)
		return OK;
	taken = n > BATCH ? BATCH : n;
	TRY(raise_changes(call, subscription, changes, taken, taken == n));
	return q_move_cursor(call->tx, subscription->id, changes[taken - 1].seq, call->now);
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
