#include "aegis/event/v1/event.pb-c.h"
#include "aegis/svc/v1/svc.aegis.h"
#include "audit/audit.h"
#include "contract/time.h"
#include "faults/fault_loop.h"
#include "support/svc_test_internal.h"

#define EVENTS 3

static struct answer deliver_events_here(void)
{
	static Event__Event events[EVENTS];
	static Event__Target target = EVENT__TARGET__INIT;
	Event__Event *list[EVENTS];
	Svc__DeliverEventsRequest req = SVC__DELIVER_EVENTS_REQUEST__INIT;

	target.kind = "code";
	target.id = uuid_text(test_world.arena, an_id("target"));
	for (size_t i = 0; i < EVENTS; i++) {
		event__event__init(&events[i]);
		events[i].id = uuid_text(
			test_world.arena,
			an_id(arena_printf(test_world.arena, "%s event %zu", fault_round, i)));
		events[i].tenant_id = uuid_text(test_world.arena, fault_tenant);
		events[i].occurred_at = pb_timestamp(test_world.arena, SECONDS(1800000000));
		events[i].action = "code.redeemed";
		events[i].outcome = "success";
		events[i].source = "consumer";
		events[i].target = &target;
		list[i] = &events[i];
	}
	req.events = list;
	req.n_events = EVENTS;
	return call(as_daemon("consumer", fault_tenant), "DeliverEvents", &req);
}

static int64_t entries_made(void)
{
	return fault_rows("audit.entry WHERE true");
}

static const struct fault_case delivery = {
	.prepare = fault_next_round,
	.ask = deliver_events_here,
	.effects = entries_made,
	.whole = EVENTS,
};

Test(faults, a_delivery_is_recorded_once_in_an_unbroken_log, .timeout = 120, .fini = daemons_stop)
{
	daemon_start(&audit_daemon);
	fault_every_statement(&delivery);
}

Test(faults, a_delivery_is_recorded_once_whatever_allocation_fails, .timeout = 120,
     .fini = daemons_stop)
{
	daemon_start(&audit_daemon);
	fault_every_allocation(&delivery);
}
