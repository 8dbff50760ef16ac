#include "attack/world.h"

#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "auth/auth.h"
#include "contract/time.h"
#include "notification/notification.h"
#include "notification/settings.h"
#include "support/svc_test_internal.h"

const char *const attack_daemons[] = {"auth",	    "tenant",	    "program", "consumer",
				      "compliance", "notification", "audit",   NULL};

struct test_daemon *attack_audit, *attack_auth, *attack_notification;

void attack_world_start(void)
{
	attack_audit = daemon_start(&audit_daemon);
	attack_auth = daemon_start(&auth_daemon);
	/* No mail leaves in these tests. */
	notification_config.smtp_require_tls = true;
	attack_notification = daemon_start(&notification_daemon);
}

Event__Event *an_event(struct uuid tenant, const char *source, const char *action)
{
	struct arena *arena = test_world.arena;
	Event__Event *event = arena_new_of(arena, Event__Event);

	event__event__init(event);
	event->id = uuid_text(arena, uuid_v7(instant_now()));
	event->tenant_id = uuid_text(arena, tenant);
	event->occurred_at = pb_timestamp(arena, instant_now());
	event->action = action;
	event->outcome = "success";
	event->source = source;
	return event;
}

void set_actor(Event__Event *event, const char *kind, struct uuid id, const char *label,
	       struct str proof)
{
	Event__Actor *actor = arena_new_of(test_world.arena, Event__Actor);

	event__actor__init(actor);
	actor->kind = kind;
	actor->id = uuid_text(test_world.arena, id);
	actor->label = label;
	event->actor = actor;
	event->proof = (ProtobufCBinaryData){proof.len, (uint8_t *)(uintptr_t)proof.ptr};
}

struct answer attack_deliver(struct test_daemon *to, const char *from, Event__Event *event)
{
	Svc__DeliverEventsRequest request = SVC__DELIVER_EVENTS_REQUEST__INIT;
	Event__Event *list[] = {event};

	request.events = list;
	request.n_events = 1;
	return call_to(to, as_daemon(from, (struct uuid){}), "DeliverEvents", &request);
}

static int64_t taken(const struct test_daemon *daemon, const char *event)
{
	const char *schema = daemon->svc.descriptor->name;

	return test_count("SELECT count(*) FROM %s.inbox WHERE event_id = '%s'", schema, event);
}

void expect_denied_at(struct test_daemon *to, const char *from, Event__Event *event,
		      const char *reason, const char *file, int line)
{
	struct answer answer = attack_deliver(to, from, event);

	if (is_ok(answer.status))
		cr_assert_fail("%s:%d: %s may tell %s of %s", file, line, from,
			       to->svc.descriptor->name, event->action);
	expect_fail_at(answer, STATUS_PERMISSION_DENIED, reason, file, line);
	cr_assert_eq(taken(to, event->id), 0, "%s:%d: the event was taken", file, line);
	cr_assert_not_null(strstr(logged(), event->id), "%s:%d: nothing was logged", file, line);
}
