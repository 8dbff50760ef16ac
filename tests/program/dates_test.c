/* The zone of a program, the days it lasts, the states it is offered in, what a change leaves. */
#include <stdio.h>
#include <stdlib.h>

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

static Program__Program savings(void)
{
	Program__Program made = PROGRAM__PROGRAM__INIT;

	made.name = "Statin savings";
	made.drug = "rosuvastatin";
	made.time_zone = "America/New_York";
	return made;
}

static const struct caller *ann(void)
{
	struct caller *caller = arena_memdup(test_world.arena, as(acme, "ann"), sizeof *caller);

	caller->principal.expires_at = 0;
	return caller;
}

static struct answer create_as(const struct caller *who, Program__Program in)
{
	Program__CreateProgramRequest req = PROGRAM__CREATE_PROGRAM_REQUEST__INIT;

	req.program = &in;
	return call_to(program, who, "CreateProgram", &req);
}

static struct answer try_create(const char *zone)
{
	Program__Program in = savings();

	in.time_zone = zone;
	return create_as(ann(), in);
}

static const Program__Program *created(Program__Program in)
{
	return expect_ok(create_as(ann(), in));
}

/* A file of tests/program/data. */
static ProtobufCBinaryData document(const char *name)
{
	struct str text = test_file(arena_printf(test_world.arena, "tests/program/data/%s", name));

	return (ProtobufCBinaryData){.len = text.len, .data = (uint8_t *)text.ptr};
}

static const Program__ScreenerVersion *drafted(const char *id, const char *name)
{
	Program__ScreenerVersion draft_in = PROGRAM__SCREENER_VERSION__INIT;
	Program__CreateScreenerRequest req = PROGRAM__CREATE_SCREENER_REQUEST__INIT;

	req.screener = &draft_in;
	req.program_id = id;
	draft_in.document = document(name);
	return expect_ok(call_to(program, ann(), "CreateScreener", &req));
}

static struct answer try_publish(const char *id, int32_t version)
{
	Program__PublishScreenerRequest req = PROGRAM__PUBLISH_SCREENER_REQUEST__INIT;

	req.program_id = id;
	req.version = version;
	return call_to(program, ann(), "PublishScreener", &req);
}

static struct answer try_activate(const char *id)
{
	Program__ActivateProgramRequest req = PROGRAM__ACTIVATE_PROGRAM_REQUEST__INIT;

	req.id = id;
	return call_to(program, ann(), "ActivateProgram", &req);
}

static struct answer try_to_start(const Program__Program *of, const char *when)
{
	Program__GetPublishedVersionRequest req = PROGRAM__GET_PUBLISHED_VERSION_REQUEST__INIT;
	instant t;

	cr_assert(instant_parse(str_of(when), &t));
	now_is(t);
	req.public_id = of->public_id;
	return call_to(program, as_daemon("consumer", (struct uuid){}), "GetPublishedVersion",
		       &req);
}

static struct answer try_change(const char *id, const char *field, Program__Program changed)
{
	Program__UpdateProgramRequest req = PROGRAM__UPDATE_PROGRAM_REQUEST__INIT;
	Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
	char *paths[] = {(char *)field};

	mask.paths = paths;
	mask.n_paths = 1;
	req.id = id;
	req.program = &changed;
	req.update_mask = &mask;
	return call_to(program, ann(), "UpdateProgram", &req);
}

static struct answer try_move_to_zone(const char *id, const char *zone)
{
	Program__Program changed = PROGRAM__PROGRAM__INIT;

	changed.time_zone = zone;
	return try_change(id, "time_zone", changed);
}

static struct answer try_serve(const char *id, const char *const *states, size_t n)
{
	Program__Program changed = PROGRAM__PROGRAM__INIT;

	changed.states = (const char **)states;
	changed.n_states = n;
	return try_change(id, "states", changed);
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

Test(dates, a_creation_that_is_repeated_with_its_key_makes_one_program)
{
	Program__Program in = savings();
	const Program__Program *first, *again;
	struct answer answer;

	first = expect_ok(create_as(with_key(ann(), "k"), in));
	answer = create_as(with_key(ann(), "k"), in);
	again = expect_ok(answer);
	cr_assert(answer.replayed);
	cr_assert_str_eq(first->id, again->id);
	in.name = "Another";
	expect_fail(create_as(with_key(ann(), "k"), in), INVALID_ARGUMENT,
		    "IDEMPOTENCY_KEY_REUSED");
	expect_count(1, acme, "program.program");
}

Test(dates, without_the_tenant_daemon_a_program_is_made_in_the_zone_it_names)
{
	daemon_drain(tenant);
	expect_ok(try_create("America/Denver"));
	cr_assert_eq(try_create("").status.code, STATUS_UNAVAILABLE);
	expect_count(1, acme, "program.program");
}

Test(dates, a_program_begins_and_ends_at_midnight_of_its_own_zone)
{
	Program__Program in = savings();
	const Program__Program *made;

	in.time_zone = "America/Los_Angeles";
	in.starts_on = "2026-03-08"; /* a day of 23 hours there */
	in.ends_on = "2026-03-08";
	made = created(in);
	expect_ok(try_publish(made->id, drafted(made->id, "small.json")->version));
	now_is(DAYS(20454));
	expect_ok(try_activate(made->id));
	expect_fail(try_to_start(made, "2026-03-08T07:59:59Z"), FAILED_PRECONDITION,
		    "PROGRAM_NOT_BEGUN");
	expect_ok(try_to_start(made, "2026-03-08T08:00:00Z"));
	expect_ok(try_to_start(made, "2026-03-09T06:59:59Z"));
	expect_fail(try_to_start(made, "2026-03-09T07:00:00Z"), FAILED_PRECONDITION,
		    "PROGRAM_ENDED");
}

Test(dates, a_program_whose_last_day_is_over_is_not_activated)
{
	Program__Program in = savings();
	Program__Program later = PROGRAM__PROGRAM__INIT;
	const Program__Program *made;

	in.ends_on = "2026-01-31";
	made = created(in);
	expect_ok(try_publish(made->id, drafted(made->id, "small.json")->version));
	now_is(DAYS(date_from_civil((struct civil_date){2026, 2, 1})) + HOURS(5));
	expect_fail(try_activate(made->id), FAILED_PRECONDITION, "PROGRAM_ENDED");
	later.ends_on = "2026-02-01";
	expect_ok(try_change(made->id, "ends_on", later));
	expect_ok(try_activate(made->id));
}

Test(dates, publishing_keeps_the_time_at_which_the_draft_was_made)
{
	const Program__Program *made = created(savings());
	const Program__ScreenerVersion *version;

	now_is(DAYS(20454));
	version = drafted(made->id, "small.json");
	now_is(DAYS(20456));
	version = expect_ok(try_publish(made->id, version->version));
	cr_assert_eq(version->created_at->seconds, DAYS(20454) / SECONDS(1));
	cr_assert_eq(version->published_at->seconds, DAYS(20456) / SECONDS(1));
}

Test(dates, states_are_known_and_listed_once)
{
	static const char *const unknown[] = {"TX", "ZZ"}, *const doubled[] = {"TX", "NY", "TX"};
	Program__Program in = savings();
	const Program__Program *made;

	in.states = (const char **)unknown;
	in.n_states = 2;
	expect_field(create_as(ann(), in), "states[1]", "UNKNOWN_STATE");
	in.states = (const char **)doubled;
	in.n_states = 3;
	expect_field(create_as(ann(), in), "states[2]", "DUPLICATE");
	expect_count(0, acme, "program.program");
	made = created(savings());
	expect_field(try_serve(made->id, unknown, 2), "states[1]", "UNKNOWN_STATE");
	made = expect_ok(try_serve(made->id, doubled, 2));
	cr_assert_eq(made->n_states, 2);
}

Test(dates, a_program_of_some_states_has_a_screener_that_asks_for_the_state)
{
	static const char *const texas[] = {"TX"};
	Program__ValidateScreenerRequest validate = PROGRAM__VALIDATE_SCREENER_REQUEST__INIT;
	const Program__ValidateScreenerResponse *findings;
	const char *id = created(savings())->id;

	expect_ok(try_serve(id, texas, 1));
	validate.program_id = id;
	validate.version = drafted(id, "small.json")->version;
	findings = expect_ok(call_to(program, ann(), "ValidateScreener", &validate));
	cr_assert_not(findings->publishable);
	cr_assert_str_eq(findings->findings[findings->n_findings - 1]->code, "STATE_ITEM_MISSING");
	expect_fail(try_publish(id, validate.version), FAILED_PRECONDITION, "SCREENER_INVALID");
	/* With all states it may be published; then the states cannot come back. */
	expect_ok(try_serve(id, NULL, 0));
	expect_ok(try_publish(id, validate.version));
	expect_fail(try_serve(id, texas, 1), FAILED_PRECONDITION, "STATE_ITEM_MISSING");
	expect_ok(try_publish(id, drafted(id, "with_state.json")->version));
	expect_ok(try_serve(id, texas, 1));
	expect_ok(try_activate(id));
}

Test(dates, a_deleted_program_still_says_what_it_is)
{
	Program__GetProgramStateRequest get = PROGRAM__GET_PROGRAM_STATE_REQUEST__INIT;
	Program__DeleteProgramRequest delete = PROGRAM__DELETE_PROGRAM_REQUEST__INIT;
	const Program__ProgramState *state;
	int64_t before;

	get.program_id = delete.id = created(savings())->id;
	state = expect_ok(call_to(program, as_daemon("consumer", acme), "GetProgramState", &get));
	cr_assert_str_eq(state->status, "draft");
	before = state->version;
	expect_ok(call_to(program, ann(), "DeleteProgram", &delete));
	state = expect_ok(call_to(program, as_daemon("consumer", acme), "GetProgramState", &get));
	cr_assert_str_eq(state->status, "deleted");
	cr_assert_gt(state->version, before);
	expect_fail(call_to(program, as_daemon("consumer", a_tenant_id("beta")), "GetProgramState",
			    &get),
		    NOT_FOUND, "PROGRAM_NOT_FOUND");
}

static struct answer try_rename(const char *id, const char *field, const char *text)
{
	Program__Program changed = PROGRAM__PROGRAM__INIT;

	changed.name = text;
	changed.drug = text;
	return try_change(id, field, changed);
}

Test(dates, a_change_takes_neither_name_nor_drug_away)
{
	const Program__Program *made = created(savings()), *now;

	expect_field(try_rename(made->id, "name", ""), "program.name", "REQUIRED");
	expect_field(try_rename(made->id, "name", "  "), "program.name", "REQUIRED");
	expect_field(try_rename(made->id, "drug", ""), "program.drug", "REQUIRED");
	expect_field(try_rename(made->id, "drug", " \n"), "program.drug", "REQUIRED");
	now = expect_ok(try_rename(made->id, "drug", " rosuvastatin 10 mg "));
	cr_assert_str_eq(now->drug, "rosuvastatin 10 mg");
	cr_assert_str_eq(now->name, made->name);
}
