/*
 * Events of a call: made when the handler emits them, written behind its last
 * statement, one row for each subscriber, so that a subscriber that is down
 * holds up nobody else.
 */
#include <stdlib.h>
#include <string.h>

#include "aegis/event/v1/event.aegis.h"
#include "base/log.h"
#include "contract/topic.h"
#include "svc/background/provenance.h"
#include "svc/internal.h"
#include "svc/kit/secrets.h"
#include "svc/policy.h"
#include "svc/queries.h"

#define AUDIT "audit"

static const char *const audit_alone[] = {AUDIT, NULL};

static Google__Protobuf__Timestamp *timestamp(struct arena *arena, instant t)
{
	Google__Protobuf__Timestamp *ts = arena_alloc(arena, sizeof *ts);
	int64_t seconds = t / 1000000, micros = t % 1000000;

	if (micros < 0) {
		micros += 1000000;
		seconds--;
	}
	google__protobuf__timestamp__init(ts);
	ts->seconds = seconds;
	ts->nanos = (int32_t)micros * 1000;
	return ts;
}

static Event__Actor *actor_of(const struct rpc_call *call)
{
	const struct principal *p = call->principal;
	Event__Actor *actor = arena_alloc(call->arena, sizeof *actor);
	bool is_daemon = p->kind == PRINCIPAL_ANONYMOUS && strcmp(call->caller, POLICY_EDGE) != 0;

	event__actor__init(actor);
	actor->kind = is_daemon ? "service" : principal_kind_name(p->kind);
	actor->id = uuid_text(call->arena, p->id);
	/* A daemon speaks for itself, also of what another one asked. */
	actor->label = is_daemon ? call->svc->descriptor->name : p->label ? p->label : "";
	return actor;
}

/* Persons and keys are proven by what the gateway signed; a session token is secret. */
static struct str proof_of(const struct rpc_call *call)
{
	const struct svc_request *request = call_state(call)->request;

	return request && provenance_needs_proof(call->principal->kind) ? request->principal_bytes
									: (struct str){};
}

static Event__Target *target_of(struct arena *arena, const struct event_out *out)
{
	Event__Target *target = arena_alloc(arena, sizeof *target);

	event__target__init(target);
	target->kind = out->target_kind ? out->target_kind : "";
	target->id = uuid_text(arena, out->target_id);
	target->version = out->target_version;
	return target;
}

static ProtobufCBinaryData bytes_of(struct str s)
{
	return (ProtobufCBinaryData){.len = s.len, .data = (uint8_t *)s.ptr};
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static void fill_event(Event__Event *event, struct rpc_call *call, const struct event_out *out,
		       struct uuid id)
{
	event__event__init(event);
	event->id = uuid_text(call->arena, id);
	event->tenant_id = uuid_text(call->arena, call->tenant);
	event->occurred_at = timestamp(call->arena, call->now);
	event->actor = actor_of(call);
	event->action = out->action;
	event->target = target_of(call->arena, out);
	event->before = bytes_of(out->before);
	event->after = bytes_of(out->after);
	event->request_id = or_empty(call->request_id);
	event->address = or_empty(call->client_addr);
	event->user_agent = or_empty(call->user_agent);
	event->outcome = out->outcome ? out->outcome : "success";
	event->source = call->svc->descriptor->name;
	event->proof = bytes_of(proof_of(call));
	event->payload_case = (Event__Event__PayloadCase)out->payload_case;
	/* Every member of the oneof is a pointer to a message. */
	event->user_registered = (void *)out->payload;
}

/* The secret parts of a payload are for its other subscribers alone. */
static struct str without_secrets(struct arena *arena, struct str whole)
{
	ProtobufCMessage *copy = pb_unpack(arena, &event__event__descriptor, whole);

	pb_blank_secrets(&event__event__info, copy);
	return pb_pack(arena, copy);
}

static void add_row(struct rpc_call *call, const struct outbox_row *row)
{
	struct call_state *state = call_state(call);

	state->events =
		arena_grow(call->arena, state->events, state->n_events * sizeof state->events[0],
			   (state->n_events + 1) * sizeof state->events[0]);
	state->events[state->n_events++] = *row;
}

void svc_emit(struct rpc_call *call, const struct event_out *out)
{
	const struct event_topic *topic = out->payload ? provenance_topic(out->payload_case) : NULL;
	const char *const *subscriber = topic ? topic->subscribers : audit_alone;
	struct uuid id = uuid_v7(call->now);
	struct str whole, for_audit;
	Event__Event event;

	/* An event of nothing that commits would be a lie; so would an unknown payload. */
	if (!call->tx || uuid_is_nil(call->tenant) || (out->payload && !topic))
		abort();
	if (!provenance_may_say(call->svc->descriptor->name, out->action, topic)) {
		log_error("an event is not in the contract", KV("action", out->action));
		call_state(call)->said_too_much = true;
	}
	fill_event(&event, call, out, id);
	whole = pb_pack(call->arena, &event.base);
	for_audit = topic ? without_secrets(call->arena, whole) : whole;
	for (; *subscriber; subscriber++)
		add_row(call,
			&(struct outbox_row){.id = id,
					     .topic = topic ? topic->name : out->action,
					     .subscriber = *subscriber,
					     .payload = strcmp(*subscriber, AUDIT) == 0 ? for_audit
											: whole});
}

struct status outbox_flush(struct rpc_call *call)
{
	struct call_state *state = call_state(call);

	/* No subscriber would take such an event: what it tells of must not be, either. */
	if (state->said_too_much)
		return FAIL(EVENT_NOT_DECLARED);
	for (size_t i = 0; i < state->n_events; i++) {
		const struct outbox_row *row = &state->events[i];

		TRY(q_svc_add_outbox_later(call->tx, .id = row->id, .subscriber = row->subscriber,
					   .topic = row->topic, .payload = row->payload,
					   .created_at = call->now));
	}
	return OK;
}
