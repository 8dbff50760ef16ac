/* The zone of a program and the days it lasts. */
#include <aegis/program/v1/program.aegis.h>
#include <aegis/tenant/v1/tenant.aegis.h>
#include <criterion/criterion.h>
#include <criterion/hooks.h>

#include "program/program.h"
#include "rpc/client.h"
#include "support/svc_test_internal.h"

TEST_DATABASE

/* The headers of two daemons do not go together: each has a row called directory. */
extern const struct svc_descriptor tenant_daemon;

static struct test_daemon *program, *tenant;
static struct uuid acme;

static void set_up(void)
{
	tenant = daemon_start(&tenant_daemon, .serve = true);
	program = daemon_start(&program_daemon);
	acme = a_tenant_id("acme");
	cr_assert(rpc_client_wait(daemon_svc(program)->client, "tenant", 1, 20000));
}

TestSuite(dates, .init = set_up, .fini = daemons_stop, .timeout = 60);

static void acme_lives_in(const char *zone)
{
	test_sql("INSERT INTO tenant.tenant (tenant_id, name, kind, time_zone, created_at, "
		 "created_by, updated_at, updated_by) VALUES ('%s', 'Acme', 'pharma', '%s', now(), "
		 "'%s', now(), '%s')",
		 uuid_text(test_world.arena, acme), zone, uuid_text(test_world.arena, acme),
		 uuid_text(test_world.arena, acme));
}

static struct answer try_create(const char *zone)
{
	Program__CreateProgramRequest req = PROGRAM__CREATE_PROGRAM_REQUEST__INIT;

	req.name = "Statin savings";
	req.drug = "rosuvastatin";
	req.time_zone = zone;
	return call_to(program, as(acme, "ann"), "CreateProgram", &req);
}

static struct answer try_move_to_zone(const char *id, const char *zone)
{
	Program__UpdateProgramRequest req = PROGRAM__UPDATE_PROGRAM_REQUEST__INIT;
	Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
	Program__Program changed = PROGRAM__PROGRAM__INIT;
	char *paths[] = {(char *)"time_zone"};

	mask.paths = paths;
	mask.n_paths = 1;
	changed.time_zone = zone;
	req.id = id;
	req.program = &changed;
	req.update_mask = &mask;
	return call_to(program, as(acme, "ann"), "UpdateProgram", &req);
}

Test(dates, a_program_that_names_no_zone_takes_its_organizations)
{
	const Program__Program *made;

	acme_lives_in("America/Chicago");
	made = expect_ok(try_create(""));
	cr_assert_str_eq(made->time_zone, "America/Chicago");
	made = expect_ok(try_create("Pacific/Honolulu"));
	cr_assert_str_eq(made->time_zone, "Pacific/Honolulu");
}

Test(dates, a_zone_is_one_of_the_database)
{
	const Program__Program *made;

	acme_lives_in("Nowhere/Town");
	expect_field(try_create(""), "timeZone", "UNKNOWN_ZONE");
	expect_field(try_create("EST"), "timeZone", "UNKNOWN_ZONE");
	expect_field(try_create("+05:00"), "timeZone", "UNKNOWN_ZONE");
	expect_count(0, acme, "program.program");
	made = expect_ok(try_create("UTC"));
	expect_field(try_move_to_zone(made->id, ""), "timeZone", "UNKNOWN_ZONE");
	expect_field(try_move_to_zone(made->id, "../UTC"), "timeZone", "UNKNOWN_ZONE");
	made = expect_ok(try_move_to_zone(made->id, "America/Denver"));
	cr_assert_str_eq(made->time_zone, "America/Denver");
}

Test(dates, without_the_tenant_daemon_a_program_is_made_in_the_zone_it_names)
{
	daemon_drain(tenant);
	expect_ok(try_create("America/Denver"));
	cr_assert_eq(try_create("").status.code, STATUS_UNAVAILABLE);
	expect_count(1, acme, "program.program");
}
