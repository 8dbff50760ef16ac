#include "svc/background/provenance.h"

#include <string.h>

#include "aegis/event/v1/event.pb-c.h"
#include "base/log.h"
#include "contract/time.h"
#include "contract/topic.h"
#include "rpc/trust.h"
#include "svc/internal.h"
#include "svc_core/metrics.h"

/* What aegisctl may say, an operator did. */
#define OPERATOR_TOOL "ctl"

static bool is_listed(const char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

const struct event_topic *provenance_topic(int payload_case)
{
	for (const struct event_topic *topic = event_topics; topic->name; topic++)
		if (topic->payload_case == payload_case)
			return topic;
	return NULL;
}

const char *provenance_topic_name(const Event__Event *event)
{
	const struct event_topic *topic = provenance_topic((int)event->payload_case);

	return topic ? topic->name : event->action;
}

/* The next row after `row` (NULL: the first) by which the daemon may say the action. */
static const struct event_action *next_action(const struct event_action *row, const char *daemon,
					      const char *action)
{
	for (row = row ? row + 1 : event_actions; row->name; row++)
		if (strcmp(row->name, action) == 0 && strcmp(row->publisher, daemon) == 0)
			return row;
	return NULL;
}

bool provenance_may_say(const char *daemon, const char *action, const struct event_topic *topic)
{
	return next_action(NULL, daemon, action) != NULL &&
	       (!topic || is_listed(topic->publishers, daemon));
}

bool provenance_needs_proof(enum principal_kind kind)
{
	return kind == PRINCIPAL_USER || kind == PRINCIPAL_ADMIN || kind == PRINCIPAL_API_KEY ||
	       kind == PRINCIPAL_PARTNER_KEY;
}

/* The daemon that the gateway asked: the sender, or one that may pass its principal on to it. */
static bool may_hold(const struct rpc_call *call, const char *action, const char *audience)
{
	const struct event_action *row = NULL;

	if (strcmp(audience, call->caller) == 0)
		return true;
	while ((row = next_action(row, call->caller, action)))
		if (is_listed(row->callers, audience))
			return true;
	return false;
}

static bool has_id(const char *text, struct uuid id)
{
	struct uuid parsed = {};

	return (!*text || uuid_parse(str_of(text), &parsed)) && uuid_eq(parsed, id);
}

/* A user or a key acts in its own tenant; what concerns no tenant is in the platform's log. */
static bool is_in_reach(const struct principal *p, const char *tenant)
{
	return p->kind == PRINCIPAL_ADMIN || has_id(tenant, p->tenant) ||
	       has_id(tenant, svc_platform_tenant);
}

const struct principal *svc_event_principal(struct rpc_call *call, const Event__Event *event)
{
	struct str proof = {(const char *)event->proof.data, event->proof.len};
	const struct principal *p;

	if (proof.len == 0 || is_failed(trust_verify_proof(call->svc->trust, call->arena, proof,
							   pb_instant(event->occurred_at), &p)))
		return NULL;
	return p;
}

static bool is_proven(struct rpc_call *call, const Event__Event *event)
{
	const struct principal *p = svc_event_principal(call, event);
	const Event__Actor *actor = event->actor;

	return p && provenance_needs_proof(p->kind) &&
	       strcmp(actor->kind, principal_kind_name(p->kind)) == 0 && has_id(actor->id, p->id) &&
	       strcmp(actor->label, p->label) == 0 && is_in_reach(p, event->tenant_id) &&
	       may_hold(call, event->action, p->audience);
}

/* Whoever checks session tokens is the one to say which session asked. */
static bool is_by_session(const struct rpc_call *call, const char *action)
{
	const struct event_action *row = NULL;

	while ((row = next_action(row, call->caller, action)))
		if (row->by_session)
			return true;
	return false;
}

/* Who needs no proof, by kind. */
static bool is_plain(struct rpc_call *call, const Event__Event *event)
{
	const Event__Actor *actor = event->actor;
	const struct uuid nobody = {};

	if (strcmp(actor->kind, principal_kind_name(PRINCIPAL_ANONYMOUS)) == 0)
		return has_id(actor->id, nobody) && !*actor->label;
	if (strcmp(actor->kind, principal_kind_name(PRINCIPAL_SERVICE)) == 0)
		return has_id(actor->id, nobody) && strcmp(actor->label, call->caller) == 0;
	if (strcmp(actor->kind, principal_kind_name(PRINCIPAL_SESSION)) == 0)
		return is_by_session(call, event->action) && !*actor->label;
	return strcmp(actor->kind, "operator") == 0 &&
	       next_action(NULL, OPERATOR_TOOL, event->action) != NULL;
}

/* A proof belongs to the actor of its event: handlers rely on it (svc_event_principal). */
static bool is_actor_believed(struct rpc_call *call, const Event__Event *event)
{
	if (event->proof.len > 0)
		return event->actor && is_proven(call, event);
	return !event->actor || is_plain(call, event);
}

static struct status judge(struct rpc_call *call, const Event__Event *event)
{
	const struct event_topic *topic = provenance_topic((int)event->payload_case);

	if (strcmp(event->source, call->caller) != 0)
		return FAIL(FOREIGN_EVENT);
	if (event->payload_case != EVENT__EVENT__PAYLOAD__NOT_SET &&
	    (!topic || !is_listed(topic->publishers, call->caller)))
		return FAIL(FOREIGN_TOPIC);
	if (!next_action(NULL, call->caller, event->action))
		return FAIL(FOREIGN_ACTION);
	if (!is_actor_believed(call, event))
		return FAIL(ACTOR_NOT_PROVEN);
	return OK;
}

struct status provenance_check(struct rpc_call *call, const Event__Event *event)
{
	struct status st = judge(call, event);

	if (is_ok(st))
		return OK;
	log_error("a daemon tells of what is not its own", KV("caller", call->caller),
		  KV("event", event->id), KV("action", event->action), KV_STATUS(st));
	metric_add(metrics_counter("aegis_events_denied_total",
				   "Events refused because their sender may not tell of them.",
				   LABEL("caller", call->caller),
				   LABEL("reason", reason_name(st.reason))),
		   1);
	return st;
}
