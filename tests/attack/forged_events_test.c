/*
 * With the key of any one daemon nobody says what is another daemon's to say, and nothing
 * in the name of a person or a key that did not ask that daemon.
 */
#include <criterion/hooks.h>
#include <string.h>

#include "aegis/auth/v1/auth.aegis.h"
#include "attack/world.h"
#include "contract/time.h"
#include "contract/topic.h"
#include "support/svc_test_internal.h"
#include "support/test_db.h"

TEST_DATABASE

static struct uuid acme;

static void set_up(void)
{
	attack_world_start();
	acme = a_tenant_id("acme");
}

TestSuite(forged_events, .init = set_up, .fini = daemons_stop, .timeout = 240);

static bool publishes(const char *daemon, const char *action)
{
	for (const struct event_action *row = event_actions; row->name; row++)
		if (strcmp(row->name, action) == 0 && strcmp(row->publisher, daemon) == 0)
			return true;
	return false;
}

/* Every action of the contract, from every daemon but its own: a new action is in it by itself. */
Test(forged_events, no_daemon_tells_audit_of_what_another_does)
{
	size_t tried = 0;

	for (const struct event_action *row = event_actions; row->name; row++)
		for (const char *const *from = attack_daemons; *from; from++) {
			if (publishes(*from, row->name))
				continue;
			expect_denied(attack_audit, *from, an_event(acme, *from, row->name),
				      "FOREIGN_ACTION");
			tried++;
		}
	cr_assert_gt(tried, 250, "%zu", tried);
	expect_count(0, acme, "audit.entry");
}

Test(forged_events, what_the_contract_does_not_know_is_not_said_by_anybody)
{
	for (const char *const *from = attack_daemons; *from; from++)
		expect_denied(attack_audit, *from, an_event(acme, *from, "tenant.given_away"),
			      "FOREIGN_ACTION");
}

static Event__Event *a_membership(const char *from, const char *action)
{
	Event__MembershipChanged *payload =
		arena_new_of(test_world.arena, Event__MembershipChanged);
	Event__Event *event = an_event(acme, from, action);

	event__membership_changed__init(payload);
	payload->user_id = uuid_text(test_world.arena, an_id("mallory"));
	payload->role = "owner";
	payload->epoch = 9;
	payload->active = true;
	event->payload_case = EVENT__EVENT__PAYLOAD_MEMBERSHIP_CHANGED;
	event->membership_changed = payload;
	return event;
}

/* Under an action of one's own, too: the payload is what auth acts on. */
Test(forged_events, no_daemon_but_tenant_makes_anybody_a_member)
{
	for (const char *const *from = attack_daemons; *from; from++) {
		const struct event_action *own = event_actions;

		if (strcmp(*from, "tenant") == 0)
			continue;
		while (strcmp(own->publisher, *from) != 0)
			own++;
		expect_denied(attack_auth, *from, a_membership(*from, own->name), "FOREIGN_TOPIC");
		expect_denied(attack_auth, *from, a_membership(*from, "user.role_changed"),
			      "FOREIGN_TOPIC");
		expect_denied(attack_auth, *from, a_membership("tenant", "user.role_changed"),
			      "FOREIGN_EVENT");
	}
	cr_assert_eq(test_count("SELECT count(*) FROM auth.membership WHERE account_id = '%s'",
				uuid_text(test_world.arena, an_id("mallory"))),
		     0);
}

/* An honest change of members, by tenant's key and with this principal's signature. */
static Event__Event *a_change_by(const struct caller *who)
{
	Event__Event *event = a_membership("tenant", "user.role_changed");

	set_actor(event, "user", who->principal.id, "", a_proof(who, "tenant", instant_now()));
	return event;
}

static size_t n_taken(Event__Event *event)
{
	const Svc__DeliverEventsResponse *answer =
		expect_ok(attack_deliver(attack_auth, "tenant", event));

	return answer->n_event_ids;
}

/* With tenant's own key: without somebody of the organization who may, nobody becomes owner. */
Test(forged_events, tenants_key_alone_makes_nobody_a_member)
{
	const struct caller *bystander = as_with(acme, "bob", "users:read");
	const struct caller *elsewhere = as_with(a_tenant_id("beta"), "eve", "users:write");
	Event__Event *by_itself = a_membership("tenant", "user.role_changed");
	Auth__PutMembershipRequest request = AUTH__PUT_MEMBERSHIP_REQUEST__INIT;

	set_actor(by_itself, "service", (struct uuid){}, "tenant", (struct str){});
	cr_assert_eq(n_taken(by_itself), 0);
	set_actor(by_itself, "service", (struct uuid){}, "tenant",
		  a_proof(as_with(acme, "ann", "users:write"), "program", instant_now()));
	expect_denied(attack_auth, "tenant", by_itself, "ACTOR_NOT_PROVEN");
	cr_assert_eq(n_taken(a_change_by(bystander)), 0);
	request.user_id = uuid_text(test_world.arena, an_id("mallory"));
	request.tenant_id = uuid_text(test_world.arena, acme);
	request.role = "owner";
	request.epoch = 1;
	request.active = true;
	expect_fail(call_to(attack_auth, as_daemon("tenant", acme), "PutMembership", &request),
		    PERMISSION_DENIED, "PERMISSION_REQUIRED");
	expect_fail(call_to(attack_auth, passed_on(bystander, "tenant"), "PutMembership", &request),
		    PERMISSION_DENIED, "PERMISSION_REQUIRED");
	expect_fail(call_to(attack_auth, passed_on(elsewhere, "tenant"), "PutMembership", &request),
		    INVALID_ARGUMENT, "TENANT_MISMATCH");
	/* A change that is proven is taken, also for an account that is gone. */
	cr_assert_eq(n_taken(a_change_by(as_with(acme, "ann", "users:write"))), 1);
}

Test(forged_events, no_daemon_makes_a_mail_leave_in_the_name_of_another)
{
	Event__UserRegistered payload = EVENT__USER_REGISTERED__INIT;

	for (const char *const *from = attack_daemons; *from; from++) {
		Event__Event *event = an_event(acme, *from, "user.registered");

		if (strcmp(*from, "auth") == 0)
			continue;
		event->payload_case = EVENT__EVENT__PAYLOAD_USER_REGISTERED;
		event->user_registered = &payload;
		expect_denied(attack_notification, *from, event, "FOREIGN_TOPIC");
	}
	expect_count(0, acme, "notification.message");
}

/* An event of program's own, as ann's; good when nothing is wrong with its proof. */
static Event__Event *of_ann(struct str proof)
{
	Event__Event *event = an_event(acme, "program", "program.deleted");

	set_actor(event, "user", an_id("ann"), "", proof);
	return event;
}

Test(forged_events, a_person_is_an_actor_only_with_the_gateways_signature)
{
	const struct caller *ann = as(acme, "ann"), *bob = as(acme, "bob");
	instant now = instant_now();
	Event__Event *late = of_ann(a_proof(ann, "program", now));
	struct str good = a_proof(ann, "program", now);
	char *bent = arena_memdup(test_world.arena, good.ptr, good.len);

	late->occurred_at = pb_timestamp(test_world.arena, now + HOURS(1));
	bent[good.len / 2] ^= 1;
	expect_denied(attack_audit, "program", of_ann((struct str){}), "ACTOR_NOT_PROVEN");
	expect_denied(attack_audit, "program", of_ann((struct str){bent, good.len}),
		      "ACTOR_NOT_PROVEN");
	expect_denied(attack_audit, "program", of_ann(a_proof(bob, "program", now)),
		      "ACTOR_NOT_PROVEN");
	expect_denied(attack_audit, "program", of_ann(a_proof(ann, "consumer", now)),
		      "ACTOR_NOT_PROVEN");
	expect_denied(attack_audit, "program",
		      of_ann(a_proof(as(a_tenant_id("beta"), "ann"), "program", now)),
		      "ACTOR_NOT_PROVEN");
	expect_denied(attack_audit, "program", late, "ACTOR_NOT_PROVEN");
	expect_count(0, acme, "audit.entry");
	expect_ok(attack_deliver(attack_audit, "program", of_ann(good)));
	expect_count(1, acme, "audit.entry WHERE actor_kind = 'user'");
}

/* The relay was down for a day: what ann did then is still proven now. */
Test(forged_events, a_proof_outlives_the_principal_that_it_was)
{
	instant yesterday = instant_now() - HOURS(24);
	Event__Event *event = of_ann(a_proof(as(acme, "ann"), "program", yesterday));

	event->occurred_at = pb_timestamp(test_world.arena, yesterday + SECONDS(5));
	expect_ok(attack_deliver(attack_audit, "program", event));
	expect_count(1, acme, "audit.entry WHERE actor_kind = 'user'");
}

static void expect_actor_denied(const char *from, const char *action, const char *kind,
				const char *label)
{
	Event__Event *event = an_event(acme, from, action);

	set_actor(event, kind, strcmp(kind, "service") == 0 ? (struct uuid){} : an_id("x"), label,
		  (struct str){});
	expect_denied(attack_audit, from, event, "ACTOR_NOT_PROVEN");
}

Test(forged_events, nobody_is_a_key_an_administrator_an_operator_or_another_daemon_by_saying_so)
{
	expect_actor_denied("consumer", "code.redeemed", "partner_key", "till 1");
	expect_actor_denied("consumer", "code.redeemed", "api_key", "");
	expect_actor_denied("tenant", "tenant.suspended", "admin", "");
	expect_actor_denied("tenant", "tenant.suspended", "operator", "uid 0");
	expect_actor_denied("tenant", "tenant.suspended", "", "");
	expect_actor_denied("tenant", "tenant.created", "service", "auth");
	expect_actor_denied("tenant", "tenant.created", "anonymous", "ann");
	/* Only who checks session tokens says which session asked. */
	expect_actor_denied("program", "program.deleted", "session", "");
	expect_actor_denied("consumer", "code.redeemed", "session", "");
	expect_count(0, acme, "audit.entry");
}

/* What honest daemons emit is believed, whoever asked: the rule is no wall around audit. */
Test(forged_events, an_honest_daemon_is_believed)
{
	const char *const scopes[] = {"codes:redeem", NULL};
	const struct caller *till = as_key(acme, PRINCIPAL_PARTNER_KEY, "till", scopes);
	Event__Event *event = an_event(acme, "consumer", "code.redeemed");

	set_actor(event, "partner_key", an_id("till"), "",
		  a_proof(till, "consumer", instant_now()));
	expect_ok(attack_deliver(attack_audit, "consumer", event));
	event = an_event(acme, "consumer", "session.answered");
	set_actor(event, "session", an_id("visitor"), "", (struct str){});
	expect_ok(attack_deliver(attack_audit, "consumer", event));
	event = an_event(acme, "notification", "notification.sent");
	set_actor(event, "service", (struct uuid){}, "notification", (struct str){});
	expect_ok(attack_deliver(attack_audit, "notification", event));
	event = an_event(svc_platform_tenant, "auth", "admin.invited");
	set_actor(event, "operator", (struct uuid){}, "uid 0", (struct str){});
	expect_ok(attack_deliver(attack_audit, "auth", event));
	expect_count(3, acme, "audit.entry");
}

/* One forged event among honest ones: nothing of the delivery is stored. */
Test(forged_events, a_delivery_with_a_forged_event_is_refused_whole)
{
	Svc__DeliverEventsRequest request = SVC__DELIVER_EVENTS_REQUEST__INIT;
	Event__Event *list[] = {an_event(acme, "program", "program.created"),
				an_event(acme, "program", "tenant.suspended")};

	request.events = list;
	request.n_events = 2;
	expect_fail(call_to(attack_audit, as_daemon("program", (struct uuid){}), "DeliverEvents",
			    &request),
		    PERMISSION_DENIED, "FOREIGN_ACTION");
	expect_count(0, acme, "audit.entry");
}
