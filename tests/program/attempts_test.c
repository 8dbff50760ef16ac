/* What a program counts attempts by. */
#include <aegis/program/v1/program.aegis.h>
#include <criterion/criterion.h>
#include <criterion/hooks.h>

#include "program/program.h"
#include "support/svc_test_internal.h"

TEST_DATABASE

static struct uuid acme;

static void set_up(void)
{
	daemon_start(&program_daemon);
	acme = a_tenant_id("acme");
}

TestSuite(attempts, .init = set_up, .fini = daemons_stop, .timeout = 60);

static const Program__Program *a_program(Program__AttemptsBy by)
{
	Program__Program in_program = PROGRAM__PROGRAM__INIT;
	Program__CreateProgramRequest req = PROGRAM__CREATE_PROGRAM_REQUEST__INIT;

	req.program = &in_program;
	in_program.name = "Statin savings";
	in_program.drug = "rosuvastatin";
	in_program.time_zone = "UTC";
	in_program.attempts_by = by;
	return expect_ok(call(as(acme, "ann"), "CreateProgram", &req));
}

/* The finding about attempts of a draft with this window, or "". */
static const char *told_of(const Program__Program *program, const char *window)
{
	Program__ScreenerVersion draft_in = PROGRAM__SCREENER_VERSION__INIT;
	Program__CreateScreenerRequest draft = PROGRAM__CREATE_SCREENER_REQUEST__INIT;
	Program__ValidateScreenerRequest req = PROGRAM__VALIDATE_SCREENER_REQUEST__INIT;
	const Program__ValidateScreenerResponse *said;
	struct str text = test_file("tests/program/data/small.json");
	char *document =
		arena_printf(test_world.arena, "{\"attempts\":{\"max\":2,\"window\":\"%s\"},%s",
			     window, strchr(text.ptr, '{') + 1);

	draft.screener = &draft_in;
	draft.program_id = req.program_id = program->id;
	draft_in.document = (ProtobufCBinaryData){strlen(document), (uint8_t *)document};
	req.version = ((const Program__ScreenerVersion *)expect_ok(
			       call(as(acme, "ann"), "CreateScreener", &draft)))
			      ->version;
	said = expect_ok(call(as(acme, "ann"), "ValidateScreener", &req));
	for (size_t i = 0; i < said->n_findings; i++)
		if (strcmp(said->findings[i]->code, "ATTEMPTS_BY_SESSION") == 0)
			return said->findings[i]->pointer;
	return "";
}

Test(attempts, limited_for_longer_than_a_session_lives_are_told_to_count_for_a_day_only)
{
	const Program__Program *anonymous = a_program(PROGRAM__ATTEMPTS_BY__ATTEMPTS_BY_SESSION),
			       *named = a_program(PROGRAM__ATTEMPTS_BY__ATTEMPTS_BY_EMAIL);

	cr_assert_str_eq(told_of(anonymous, "P30D"), "/attempts/window");
	cr_assert_str_eq(told_of(anonymous, "P1M"), "/attempts/window");
	cr_assert_str_eq(told_of(anonymous, "PT24H"), "");
	cr_assert_str_eq(told_of(named, "P30D"), "");
}

Test(attempts, are_counted_by_what_the_program_says_from_the_next_session_on)
{
	Program__UpdateProgramRequest req = PROGRAM__UPDATE_PROGRAM_REQUEST__INIT;
	Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
	Program__Program change = PROGRAM__PROGRAM__INIT;
	char *paths[] = {(char *)"attempts_by"};
	const Program__Program *program = a_program(PROGRAM__ATTEMPTS_BY__ATTEMPTS_BY_SESSION);

	cr_assert_eq(program->attempts_by, PROGRAM__ATTEMPTS_BY__ATTEMPTS_BY_SESSION);
	mask.n_paths = 1;
	mask.paths = paths;
	change.attempts_by = PROGRAM__ATTEMPTS_BY__ATTEMPTS_BY_REFERENCE;
	req.id = program->id;
	req.program = &change;
	req.update_mask = &mask;
	program = expect_ok(call(as(acme, "ann"), "UpdateProgram", &req));
	cr_assert_eq(program->attempts_by, PROGRAM__ATTEMPTS_BY__ATTEMPTS_BY_REFERENCE);
}
