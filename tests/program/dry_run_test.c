/* A dry run of a draft, and the day it happens on. */
#include <aegis/program/v1/program.aegis.h>
#include <criterion/criterion.h>
#include <criterion/hooks.h>

#include "program/program.h"
#include "support/svc_test.h"

TEST_DATABASE

static struct uuid acme;

static void set_up(void)
{
	daemon_start(&program_daemon);
	acme = a_tenant_id("acme");
}

TestSuite(dry_run, .init = set_up, .fini = daemons_stop, .timeout = 60);

/* 28 February, 23:00 in Honolulu. */
#define EVE_IN_HAWAII SECONDS(1772355600)

static ProtobufCBinaryData bytes_of(const char *text)
{
	return (ProtobufCBinaryData){.len = strlen(text), .data = (uint8_t *)text};
}

static Program__EvaluateScreenerRequest a_draft_in(const char *zone)
{
	Program__EvaluateScreenerRequest run = PROGRAM__EVALUATE_SCREENER_REQUEST__INIT;
	Program__ScreenerVersion draft_in = PROGRAM__SCREENER_VERSION__INIT;
	Program__CreateScreenerRequest draft = PROGRAM__CREATE_SCREENER_REQUEST__INIT;
	Program__Program in_program = PROGRAM__PROGRAM__INIT;
	Program__CreateProgramRequest create = PROGRAM__CREATE_PROGRAM_REQUEST__INIT;

	create.program = &in_program;
	in_program.name = "Statin savings";
	in_program.drug = "rosuvastatin";
	in_program.time_zone = zone;
	run.program_id = draft.program_id = ((const Program__Program *)expect_ok(call(
						     as(acme, "ann"), "CreateProgram", &create)))
						    ->id;
	draft.screener = &draft_in;
	draft_in.document = bytes_of(test_file("tests/consumer/data/adults.json").ptr);
	run.version = ((const Program__ScreenerVersion *)expect_ok(
			       call(as(acme, "ann"), "CreateScreener", &draft)))
			      ->version;
	run.answers = bytes_of("{\"birth_date\":\"2008-03-01\"}");
	return run;
}

static const char *outcome(const Program__EvaluateScreenerRequest *run)
{
	const Program__EvaluateScreenerResponse *said =
		expect_ok(call(as(acme, "ann"), "EvaluateScreener", run));

	return said->outcome;
}

Test(dry_run, happens_today_in_the_programs_zone_unless_it_names_another_day)
{
	Program__EvaluateScreenerRequest hawaii = a_draft_in("Pacific/Honolulu"),
					 greenwich = a_draft_in("UTC");

	now_is(EVE_IN_HAWAII);
	cr_assert_str_eq(outcome(&hawaii), "no");
	cr_assert_str_eq(outcome(&greenwich), "ok");
	hawaii.as_of = "2026-03-01";
	cr_assert_str_eq(outcome(&hawaii), "ok");
}
