/*
 * A registration, which is auth's saga with tenant's part in it.  It calls another daemon,
 * and nng bears no fork after its first use, while Criterion uses it itself: so this is a plain
 * program.  tenant serves in a process of its own, where no fault strikes.
 */
#include <signal.h>
#include <stdio.h>

#include "auth/world.h"
#include "faults/alloc_fault.h"
#include "faults/fault_loop.h"
#include "support/svc_test_internal.h"

static const char *name;

static void name_person(unsigned round)
{
	fault_next_round(round);
	name = arena_printf(test_world.arena, "ann%u", round);
}

static struct answer register_person(void)
{
	return register_as(name, GOOD_PASSWORD, "Acme Pharma");
}

/*
 * What a client can tell: the account is active with all that belongs to it, on both sides.
 * Before that a job may still have to finish or to forget it (tests/auth/saga_test.c).
 */
static int64_t registrations_made(void)
{
	return test_count(
		"WITH a AS (SELECT m.account_id, m.organization_id FROM auth.account a JOIN "
		"auth.membership m ON m.account_id = a.id WHERE a.email = '%s' AND a.state = "
		"'active') SELECT (SELECT count(*) FROM a) + (SELECT count(*) FROM auth.session s "
		"JOIN a USING (account_id)) + (SELECT count(*) FROM auth.outbox o JOIN a ON "
		"o.tenant_id = a.organization_id WHERE o.topic = 'user.registered') + (SELECT "
		"count(*) FROM tenant.member m JOIN a ON m.tenant_id = a.organization_id) + "
		"(SELECT count(*) FROM tenant.outbox o JOIN a ON o.tenant_id = a.organization_id "
		"WHERE o.topic = 'tenant.created') + (SELECT count(*) * 100 FROM auth.registration "
		"r JOIN a USING (account_id))",
		address_of(name));
}

/* Account, session, what audit and notification are told; the member and what audit is told. */
#define WHOLE 6

/* Criterion's asserts have nobody to tell here. */
static void show_log(void)
{
	fprintf(stderr, "%s\nin %s, %d effects\n", logged(), fault_round,
		(int)registrations_made());
}

int main(void)
{
	struct fault_case registration = {.prepare = name_person,
					  .ask = register_person,
					  .effects = registrations_made,
					  .whole = WHOLE,
					  .done_before = REASON_EMAIL_TAKEN,
					  .role = "aegis_auth",
					  .start_child = world_start_with_tenant_apart,
					  .is_apart = true};

	signal(SIGPIPE, SIG_IGN);
	alloc_fault_last_words = show_log;
	test_db_begin();
	fault_serve_apart(&tenant_daemon);
	fault_every_allocation(&registration);
	registration.is_apart = false;
	world_start_with_tenant_apart();
	fault_every_statement(&registration);
	fault_every_message(&registration);
	daemons_stop();
	puts("a person registers wholly or not at all");
	return 0;
}
