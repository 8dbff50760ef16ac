/* A draft whose safety is not proven, and the second person it needs. */
#include <aegis/program/v1/program.aegis.h>
#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <pthread.h>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "program/program.h"
#include "screener/exchange/identity.h"
#include "support/svc_test.h"
#include "svc/internal.h"

TEST_DATABASE

#define UNPROVEN "tests/program/data/unproven.json"
#define PROVEN	 "tests/program/data/small.json"
#define REASON	 "No woman in these ranges comes near 90 %; table 4 of the protocol."

static struct test_daemon *program;
static struct uuid acme;
static const char *program_id;

static void set_up(void)
{
	Program__Program in_program = PROGRAM__PROGRAM__INIT;
	Program__CreateProgramRequest req = PROGRAM__CREATE_PROGRAM_REQUEST__INIT;

	program = daemon_start(&program_daemon);
	acme = a_tenant_id("acme");
	req.program = &in_program;
	in_program.name = "Statin savings";
	in_program.drug = "rosuvastatin";
	in_program.time_zone = "UTC";
	program_id =
		((const Program__Program *)expect_ok(call(as(acme, "ann"), "CreateProgram", &req)))
			->id;
}

TestSuite(acceptance, .init = set_up, .fini = daemons_stop, .timeout = 120);

static ProtobufCBinaryData document(const char *file)
{
	struct str text = test_file(file);

	return (ProtobufCBinaryData){.len = text.len, .data = (uint8_t *)text.ptr};
}

static const Program__ScreenerVersion *draft(const char *author, const char *file)
{
	Program__ScreenerVersion draft_in = PROGRAM__SCREENER_VERSION__INIT;
	Program__CreateScreenerRequest req = PROGRAM__CREATE_SCREENER_REQUEST__INIT;

	req.screener = &draft_in;
	req.program_id = program_id;
	draft_in.document = document(file);
	return expect_ok(call(as(acme, author), "CreateScreener", &req));
}

static const Program__ScreenerVersion *edit(const char *editor, int32_t version, const char *file)
{
	Program__ScreenerVersion edit = PROGRAM__SCREENER_VERSION__INIT;
	Program__UpdateScreenerRequest req = PROGRAM__UPDATE_SCREENER_REQUEST__INIT;

	req.screener = &edit;
	req.program_id = program_id;
	req.version = version;
	edit.document = document(file);
	return expect_ok(call(as(acme, editor), "UpdateScreener", &req));
}

static struct answer accept_as(const struct caller *who, const Program__ScreenerVersion *screener)
{
	Program__AcceptSafetyRequest req = PROGRAM__ACCEPT_SAFETY_REQUEST__INIT;

	req.program_id = program_id;
	req.version = screener->version;
	req.revision = screener->revision;
	req.reason = REASON;
	return call(who, "AcceptSafety", &req);
}

static struct answer accept_by(const char *person, const Program__ScreenerVersion *screener)
{
	return accept_as(as(acme, person), screener);
}

static struct answer publish(int32_t version)
{
	Program__PublishScreenerRequest req = PROGRAM__PUBLISH_SCREENER_REQUEST__INIT;

	req.program_id = program_id;
	req.version = version;
	return call(as(acme, "ann"), "PublishScreener", &req);
}

static const Program__ScreenerVersion *shown(int32_t version)
{
	Program__GetScreenerRequest req = PROGRAM__GET_SCREENER_REQUEST__INIT;

	req.program_id = program_id;
	req.version = version;
	return expect_ok(call(as(acme, "ann"), "GetScreener", &req));
}

static const Program__ValidateScreenerResponse *validated(int32_t version)
{
	Program__ValidateScreenerRequest req = PROGRAM__VALIDATE_SCREENER_REQUEST__INIT;

	req.program_id = program_id;
	req.version = version;
	return expect_ok(call(as(acme, "ann"), "ValidateScreener", &req));
}

Test(acceptance, an_unproven_document_is_not_published_by_itself)
{
	const Program__ScreenerVersion *screener = draft("ann", UNPROVEN);
	const Program__ValidateScreenerResponse *said = validated(screener->version);
	struct answer answer;

	cr_assert_str_eq(said->safety, "not proven");
	cr_assert(said->needs_acceptance && !said->publishable);
	cr_assert_eq(said->revision, screener->revision);
	answer = publish(screener->version);
	expect_fail(answer, FAILED_PRECONDITION, "SAFETY_NOT_ACCEPTED");
	expect_field(answer, "document.items.ill", "SAFETY_NOT_PROVEN");
	expect_count(0, acme, "program.screener_version");
	expect_count(1, acme, "program.screener_draft");
}

Test(acceptance, by_a_second_person_stands_in_the_published_record_and_in_the_audit_log)
{
	const Program__ScreenerVersion *screener = draft("ann", UNPROVEN), *published;
	const Program__SafetyAcceptance *accepted = expect_ok(accept_by("bob", screener)), *kept;

	cr_assert(validated(screener->version)->publishable);
	cr_assert_not_null(shown(screener->version)->safety_acceptance);
	published = expect_ok(publish(screener->version));
	cr_assert_not_null(published->safety_acceptance);
	kept = shown(screener->version)->safety_acceptance;
	cr_assert_not_null(kept);
	cr_assert_str_eq(kept->reason, REASON);
	cr_assert_str_eq(kept->accepted_by, accepted->accepted_by);
	cr_assert_eq(kept->accepted_at->seconds, accepted->accepted_at->seconds);
	cr_assert_str_eq(kept->content_hash, published->content_hash);
	cr_assert_str_eq(kept->questions[kept->n_questions - 1], "ill");
	cr_assert_eq(events_out("program", acme, "screener.safety_accepted"), 1);
	cr_assert_eq(
		test_count("SELECT count(*) FROM program.outbox WHERE topic = "
			   "'screener.safety_accepted' AND position(convert_to('table 4 of the "
			   "protocol', 'UTF8') IN payload) > 0"),
		1);
}

/* What an outsider does with the answer of the API. */
Test(acceptance, is_signed_with_the_version)
{
	const Program__ScreenerVersion *screener = draft("ann", UNPROVEN), *published;
	struct identity_version statement = {.slug = "unproven", .number = 1};
	const Program__SafetyAcceptance *kept;
	struct identity_acceptance record;
	struct arena *arena = arena_new(1 << 20);
	uint8_t *signature, key[32], hash[32];
	char hex[65];
	size_t len;

	expect_ok(accept_by("bob", screener));
	published = expect_ok(publish(screener->version));
	kept = published->safety_acceptance;
	record = (struct identity_acceptance){.questions = kept->questions,
					      .n_questions = kept->n_questions,
					      .reason = kept->reason,
					      .accepted_by = kept->accepted_by,
					      .accepted_at = SECONDS(kept->accepted_at->seconds) +
							     kept->accepted_at->nanos / 1000};
	cr_assert(hex_decode(record.content, 32, str_of(kept->content_hash)));
	cr_assert(is_ok(identity_of_acceptance(arena, &record, hash)));
	hex_encode(hex, hash, sizeof hash);
	cr_assert_str_eq(hex, kept->record_hash);
	memcpy(statement.content, record.content, 32);
	statement.published_at =
		SECONDS(published->published_at->seconds) + published->published_at->nanos / 1000;
	statement.safety_acceptance = hash;
	cr_assert(base64url_decode(arena, str_of(published->signature), &signature, &len));
	cr_assert(hex_decode(key, sizeof key, str_of(published->signing_key)));
	cr_assert(identity_verify(arena, &statement, signature, key));
	statement.safety_acceptance = NULL;
	cr_assert_not(identity_verify(arena, &statement, signature, key));
	arena_free(&arena);
}

Test(acceptance, is_not_for_the_author_nor_for_the_last_editor)
{
	const Program__ScreenerVersion *screener = draft("ann", UNPROVEN);

	expect_fail(accept_by("ann", screener), FAILED_PRECONDITION, "SECOND_PERSON_REQUIRED");
	screener = edit("bob", screener->version, UNPROVEN);
	expect_fail(accept_by("ann", screener), FAILED_PRECONDITION, "SECOND_PERSON_REQUIRED");
	expect_fail(accept_by("bob", screener), FAILED_PRECONDITION, "SECOND_PERSON_REQUIRED");
	expect_count(0, acme, "program.safety_acceptance");
	expect_fail(publish(screener->version), FAILED_PRECONDITION, "SAFETY_NOT_ACCEPTED");
	expect_ok(accept_by("cyd", screener));
	expect_ok(publish(screener->version));
}

Test(acceptance, wants_a_permission_of_its_own)
{
	const Program__ScreenerVersion *screener = draft("ann", UNPROVEN);

	expect_fail(
		accept_as(as_with(acme, "bob", "screeners:write", "screeners:publish"), screener),
		PERMISSION_DENIED, "PERMISSION_REQUIRED");
	expect_ok(accept_as(as_with(acme, "bob", "screeners:accept-risk"), screener));
}

Test(acceptance, is_voided_by_an_edit)
{
	const Program__ScreenerVersion *screener = draft("ann", UNPROVEN), *edited;

	expect_ok(accept_by("bob", screener));
	edited = edit("ann", screener->version, UNPROVEN);
	expect_fail(publish(screener->version), FAILED_PRECONDITION, "SAFETY_NOT_ACCEPTED");
	cr_assert_null(shown(screener->version)->safety_acceptance);
	/* Who read the old revision accepts nothing of the new one. */
	expect_fail(accept_by("bob", screener), ABORTED, "VERSION_CONFLICT");
	expect_ok(accept_by("bob", edited));
	expect_ok(publish(screener->version));
}

static struct answer retire(int32_t version)
{
	Program__RetireScreenerRequest req = PROGRAM__RETIRE_SCREENER_REQUEST__INIT;

	req.program_id = program_id;
	req.version = version;
	return call(as(acme, "ann"), "RetireScreener", &req);
}

/* The gateway makes the ETag of it. */
Test(acceptance, changes_the_generation_as_an_edit_the_publication_and_the_retirement_do)
{
	const Program__ScreenerVersion *screener = draft("ann", UNPROVEN), *retired;
	int64_t before = shown(screener->version)->generation;
	int64_t states[5];

	cr_assert_eq(screener->generation, before);
	expect_ok(accept_by("bob", screener));
	states[0] = shown(screener->version)->generation;
	expect_ok(accept_by("cyd", screener));
	states[1] = shown(screener->version)->generation;
	states[2] = edit("ann", screener->version, UNPROVEN)->generation;
	expect_ok(accept_by("bob", shown(screener->version)));
	states[3] = ((const Program__ScreenerVersion *)expect_ok(publish(screener->version)))
			    ->generation;
	cr_assert_eq(shown(screener->version)->generation, states[3]);
	retired = expect_ok(retire(screener->version));
	cr_assert_not_null(retired->safety_acceptance);
	states[4] = retired->generation;
	cr_assert_eq(shown(screener->version)->generation, states[4]);
	for (int i = 0; i < 5; i++) {
		cr_assert_gt(states[i], before, "%d", i);
		before = states[i];
	}
}

static struct answer edit_of_generation(int32_t version, int64_t generation)
{
	Program__ScreenerVersion edit = PROGRAM__SCREENER_VERSION__INIT;
	Program__UpdateScreenerRequest req = PROGRAM__UPDATE_SCREENER_REQUEST__INIT;

	req.screener = &edit;
	req.program_id = program_id;
	req.version = version;
	edit.document = document(UNPROVEN);
	edit.generation = generation;
	return call(as(acme, "ann"), "UpdateScreener", &req);
}

Test(acceptance, is_not_voided_by_an_edit_that_builds_on_the_state_before_it)
{
	const Program__ScreenerVersion *screener = draft("ann", UNPROVEN);

	expect_ok(accept_by("bob", screener));
	expect_fail(edit_of_generation(screener->version, screener->generation), ABORTED,
		    "VERSION_CONFLICT");
	cr_assert_not_null(shown(screener->version)->safety_acceptance);
	expect_ok(edit_of_generation(screener->version, shown(screener->version)->generation));
	cr_assert_null(shown(screener->version)->safety_acceptance);
}

Test(acceptance, of_what_is_proven_or_broken_or_published_is_refused)
{
	const Program__ScreenerVersion *screener = draft("ann", PROVEN);

	expect_fail(accept_by("bob", screener), FAILED_PRECONDITION, "SAFETY_PROVEN");
	expect_ok(publish(screener->version));
	cr_assert_null(shown(screener->version)->safety_acceptance);
	expect_fail(accept_by("bob", screener), FAILED_PRECONDITION, "SCREENER_PUBLISHED");
	screener = draft("ann", "tests/program/data/broken.json");
	expect_fail(accept_by("bob", screener), FAILED_PRECONDITION, "SCREENER_INVALID");
	expect_count(0, acme, "program.safety_acceptance");
}

Test(acceptance, is_given_once_by_each_person_and_never_changes)
{
	const Program__ScreenerVersion *screener = draft("ann", UNPROVEN);

	expect_ok(accept_by("bob", screener));
	expect_fail(accept_by("bob", screener), ALREADY_EXISTS, "SAFETY_ALREADY_ACCEPTED");
	expect_ok(accept_by("cyd", screener));
	cr_assert(test_sql_is_refused("UPDATE program.safety_acceptance SET reason = 'x'"));
	cr_assert(test_sql_is_refused("DELETE FROM program.safety_acceptance"));
}

Test(acceptance, of_another_tenants_draft_finds_nothing)
{
	const Program__ScreenerVersion *screener = draft("ann", UNPROVEN);

	expect_fail(accept_as(as(a_tenant_id("beta"), "eve"), screener), NOT_FOUND,
		    "SCREENER_NOT_FOUND");
}

struct act {
	struct svc_worker *worker;
	const struct caller *who;
	const char *method;
	const void *request;
	struct status status;
};

static void *act_in_thread(void *arg)
{
	struct act *act = arg;

	act->status = call_on(act->worker, act->who, act->method, act->request).status;
	return NULL;
}

#define ROUNDS 6

/* Whoever comes first: what is published was accepted as it stands. */
Test(acceptance, races_with_an_edit_and_a_publication_and_never_covers_another_revision)
{
	for (int round = 0; round < ROUNDS; round++) {
		const Program__ScreenerVersion *screener = draft("ann", UNPROVEN);
		Program__AcceptSafetyRequest accept = PROGRAM__ACCEPT_SAFETY_REQUEST__INIT;
		Program__ScreenerVersion edit = PROGRAM__SCREENER_VERSION__INIT;
		Program__UpdateScreenerRequest update = PROGRAM__UPDATE_SCREENER_REQUEST__INIT;
		Program__PublishScreenerRequest publication =
			PROGRAM__PUBLISH_SCREENER_REQUEST__INIT;
		struct act acts[] = {
			{.who = as(acme, "bob"), .method = "AcceptSafety", .request = &accept},
			{.who = as(acme, "ann"), .method = "UpdateScreener", .request = &update},
			{.who = as(acme, "ann"),
			 .method = "PublishScreener",
			 .request = &publication}};
		pthread_t threads[3];

		accept.program_id = update.program_id = publication.program_id = program_id;
		accept.version = update.version = publication.version = screener->version;
		accept.revision = screener->revision;
		accept.reason = REASON;
		update.screener = &edit;
		edit.document = document(UNPROVEN);
		for (int i = 0; i < 3; i++)
			acts[i].worker = worker_new(program);
		for (int i = 0; i < 3; i++)
			pthread_create(&threads[i], NULL, act_in_thread, &acts[i]);
		for (int i = 0; i < 3; i++) {
			pthread_join(threads[i], NULL);
			svc_worker_free(&acts[i].worker);
		}
	}
	cr_assert_eq(
		test_count("SELECT count(*) FROM program.screener_version v LEFT JOIN "
			   "program.safety_acceptance a ON a.tenant_id = v.tenant_id AND a.id = "
			   "v.acceptance_id WHERE v.program_id = '%s' AND (a.id IS NULL OR "
			   "a.content_hash <> v.content_hash OR a.revision <> 1)",
			   program_id),
		0);
}
