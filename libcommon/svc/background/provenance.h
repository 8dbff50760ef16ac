#pragma once

/*
 * Who may say what in an event.  A topic and an action have publishers (contract/topic.h);
 * an actor that is a person or a key is proven by the principal that the gateway
 * signed for the call; a daemon is an actor only as itself.
 */
#include <stdbool.h>

#include "base/status.h"
#include "contract/principal.h"

struct Event__Event;
struct event_topic;
struct rpc_call;

/* The topic of a payload, NULL when there is none. */
const struct event_topic *provenance_topic(int payload_case);
/* The name of an event's topic: its payload's, else the action. */
const char *provenance_topic_name(const struct Event__Event *event);

/* Is the daemon a publisher of the action and, unless it is NULL, of the topic? */
bool provenance_may_say(const char *daemon, const char *action, const struct event_topic *topic);

/* Does an actor of this kind need the gateway's signature? */
bool provenance_needs_proof(enum principal_kind kind);

/*
 * May call->caller tell of this event?  What it may not is logged and counted here.
 * PERMISSION_DENIED/FOREIGN_EVENT (another daemon's), FOREIGN_TOPIC, FOREIGN_ACTION
 * (another publisher's), ACTOR_NOT_PROVEN.
 */
struct status provenance_check(struct rpc_call *call, const struct Event__Event *event);
