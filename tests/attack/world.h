#pragma once

/*
 * An attacker who holds the key of one daemon: every delivery here is what that key can
 * sign, given to the real dispatcher of another daemon.
 */
#include <criterion/criterion.h>

#include "aegis/event/v1/event.pb-c.h"
#include "aegis/svc/v1/svc.aegis.h"
#include "support/svc_test.h"

/* The daemons of the product, without the gateway. */
extern const char *const attack_daemons[];

/* Every daemon that believes events: audit, auth and notification. */
void attack_world_start(void);
extern struct test_daemon *attack_audit, *attack_auth, *attack_notification;

/* An event as its honest sender would write it, of this tenant, now, without an actor. */
Event__Event *an_event(struct uuid tenant, const char *source, const char *action);
/* The event gets an actor; proof may be empty. */
void set_actor(Event__Event *event, const char *kind, struct uuid id, const char *label,
	       struct str proof);

/* One event, from the daemon whose key the attacker has. */
struct answer attack_deliver(struct test_daemon *to, const char *from, Event__Event *event);

/* Refused with this reason, told in the log, and nothing stored. */
#define expect_denied(to, from, event, reason)                                                     \
	expect_denied_at((to), (from), (event), (reason), __FILE__, __LINE__)
void expect_denied_at(struct test_daemon *to, const char *from, Event__Event *event,
		      const char *reason, const char *file, int line);
