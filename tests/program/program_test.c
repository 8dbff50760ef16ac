#include "base/encoding.h"
#include "program/program.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <pthread.h>

#include "aegis/program/v1/program.aegis.h"
#include "crypto/hash.h"
#include "screener/exchange/identity.h"
#include "support/svc_test.h"
#include "svc/internal.h"

TEST_DATABASE

static struct test_daemon *program;

static void set_up(void)
{
	program = daemon_start(&program_daemon);
}

TestSuite(program, .init = set_up, .fini = daemons_stop, .timeout = 60);

#define ITEMS                                                                                      \
	"\"items\":[{\"id\":\"age\",\"type\":\"integer\",\"min\":0,\"max\":120,\"required\":true," \
	"\"safety\":true}],"
#define OUTCOMES                                                                                   \
	"\"outcomes\":[{\"id\":\"no\",\"severity\":2},{\"id\":\"ok\",\"severity\":1,\"issue_"      \
	"code\":"                                                                                  \
	"{\"class\":\"retail\",\"ttl\":\"P7D\"}}],"
#define TEXTS                                                                                      \
	"\"i18n\":{\"en-US\":{\"title\":\"T\",\"item.age.text\":\"Age?\",\"outcome.no.title\":"    \
	"\"No\","                                                                                  \
	"\"outcome.ok.title\":\"Yes\",\"reason.young\":\"Too "                                     \
	"young.\",\"reason.fits\":\"Fits.\"}},"
#define TESTS(adult)                                                                               \
	"\"tests\":[{\"name\":\"child\",\"answers\":{\"age\":17},\"outcome\":\"no\",\"fired\":["   \
	"\"R1\"]},"                                                                                \
	"{\"name\":\"adult\",\"answers\":{\"age\":18},\"outcome\":\"" adult                        \
	"\",\"fired\":[\"R2\"]},"                                                                  \
	"{\"name\":\"elder\",\"answers\":{\"age\":19},\"outcome\":\"ok\",\"fired\":[\"R2\"]}]"
#define DOCUMENT(variable, adult)                                                                  \
	"{\"format\":\"screener/1\",\"slug\":\"small\",\"locales\":[\"en-US\"]," ITEMS OUTCOMES    \
	"\"hit_policy\":\"first\",\"rules\":[{\"id\":\"R1\",\"if\":{\"<\":[{\"var\":\"" variable   \
	"\"},18]},\"then\":\"no\",\"reason\":\"young\"},{\"id\":\"R2\",\"else\":true,\"then\":"    \
	"\"ok\","                                                                                  \
	"\"reason\":\"fits\"}],\"on_unknown\":\"no\"," TEXTS                                       \
	TESTS(adult) "}"

static const char good[] = DOCUMENT("age", "ok");

static ProtobufCBinaryData bytes_of(const char *text)
{
	return (ProtobufCBinaryData){.len = strlen(text), .data = (uint8_t *)text};
}

static const Program__Program *a_program(struct uuid tenant)
{
	Program__Program in_program = PROGRAM__PROGRAM__INIT;
	Program__CreateProgramRequest req = PROGRAM__CREATE_PROGRAM_REQUEST__INIT;

	req.program = &in_program;
	in_program.name = "Statin savings";
	in_program.drug = "rosuvastatin";
	in_program.time_zone = "America/New_York";
	return expect_ok(call(as(tenant, "ann"), "CreateProgram", &req));
}

static const Program__ScreenerVersion *draft(struct uuid tenant, const char *program_id,
					     const char *document)
{
	Program__ScreenerVersion draft_in = PROGRAM__SCREENER_VERSION__INIT;
	Program__CreateScreenerRequest req = PROGRAM__CREATE_SCREENER_REQUEST__INIT;

	req.screener = &draft_in;
	req.program_id = program_id;
	draft_in.document = bytes_of(document);
	return expect_ok(call(as(tenant, "ann"), "CreateScreener", &req));
}

static struct answer publish(struct uuid tenant, const char *program_id, int32_t version)
{
	Program__PublishScreenerRequest req = PROGRAM__PUBLISH_SCREENER_REQUEST__INIT;

	req.program_id = program_id;
	req.version = version;
	return call(as(tenant, "ann"), "PublishScreener", &req);
}

static struct answer move(struct uuid tenant, const char *program_id, const char *method)
{
	Program__ActivateProgramRequest req = PROGRAM__ACTIVATE_PROGRAM_REQUEST__INIT;

	/* Activate, pause and end have the same shape. */
	req.id = program_id;
	if (strcmp(method, "PauseProgram") == 0)
		req.base.descriptor = &program__pause_program_request__descriptor;
	if (strcmp(method, "EndProgram") == 0)
		req.base.descriptor = &program__end_program_request__descriptor;
	return call(as(tenant, "ann"), method, &req);
}

Test(program, lives_from_draft_to_end)
{
	struct uuid acme = a_tenant_id("acme");
	const char *id = a_program(acme)->id;

	expect_fail(move(acme, id, "ActivateProgram"), FAILED_PRECONDITION,
		    "NO_PUBLISHED_SCREENER");
	expect_fail(move(acme, id, "PauseProgram"), FAILED_PRECONDITION, "PROGRAM_NOT_ACTIVE");
	expect_ok(publish(acme, id, draft(acme, id, good)->version));
	expect_ok(move(acme, id, "ActivateProgram"));
	expect_ok(move(acme, id, "PauseProgram"));
	expect_ok(move(acme, id, "EndProgram"));
	expect_fail(move(acme, id, "ActivateProgram"), FAILED_PRECONDITION, "PROGRAM_ENDED");
	/* Created, activated, paused, ended: to audit and to consumer. */
	cr_assert_eq(events_out("program", acme, "program.changed"), 8);
}

Test(program, who_has_not_confirmed_their_address_activates_nothing)
{
	Program__ActivateProgramRequest req = PROGRAM__ACTIVATE_PROGRAM_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	const char *id = a_program(acme)->id;

	expect_ok(publish(acme, id, draft(acme, id, good)->version));
	req.id = id;
	expect_fail(call(as_unconfirmed(acme, "ann"), "ActivateProgram", &req), PERMISSION_DENIED,
		    "EMAIL_NOT_VERIFIED");
	expect_ok(call(as(acme, "ann"), "ActivateProgram", &req));
}

Test(program, dates_may_not_be_reversed)
{
	Program__Program in_program = PROGRAM__PROGRAM__INIT;
	Program__CreateProgramRequest req = PROGRAM__CREATE_PROGRAM_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");

	req.program = &in_program;
	in_program.name = "x";
	in_program.drug = "y";
	in_program.time_zone = "UTC";
	in_program.starts_on = "2026-02-01";
	in_program.ends_on = "2026-01-31";
	cr_assert_eq(call(as(acme, "ann"), "CreateProgram", &req).status.code,
		     STATUS_INVALID_ARGUMENT);
	expect_count(0, acme, "program.program");
}

Test(program, the_gate_lists_everything_and_lets_nothing_broken_through)
{
	Program__ValidateScreenerRequest validate = PROGRAM__VALIDATE_SCREENER_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	const Program__ValidateScreenerResponse *findings;
	const char *id = a_program(acme)->id;

	validate.program_id = id;
	validate.version = draft(acme, id, DOCUMENT("agee", "ok"))->version;
	findings = expect_ok(call(as(acme, "ann"), "ValidateScreener", &validate));
	cr_assert_not(findings->publishable);
	cr_assert_gt(findings->n_findings, 0);
	expect_fail(publish(acme, id, validate.version), FAILED_PRECONDITION, "SCREENER_INVALID");
	validate.version = draft(acme, id, DOCUMENT("age", "no"))->version;
	findings = expect_ok(call(as(acme, "ann"), "ValidateScreener", &validate));
	cr_assert_not(findings->publishable, "an embedded test is red");
	expect_fail(publish(acme, id, validate.version), FAILED_PRECONDITION, "SCREENER_INVALID");
	expect_count(0, acme, "program.screener_version");
	expect_count(2, acme, "program.screener_draft");
}

Test(program, an_untested_document_is_not_published_and_warnings_are_told)
{
	Program__ValidateScreenerRequest validate = PROGRAM__VALIDATE_SCREENER_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	const Program__ValidateScreenerResponse *findings;
	const char *id = a_program(acme)->id;

	validate.program_id = id;
	validate.version =
		draft(acme, id,
		      "{\"format\":\"screener/1\",\"slug\":\"small\",\"locales\":[\"en-US\"],"
		      "\"items\":[{\"id\":\"age\",\"type\":\"integer\"}]," OUTCOMES
		      "\"hit_policy\":\"first\",\"rules\":[{\"id\":\"R1\",\"if\":{\"<\":[{\"var\":"
		      "\"age\"},18]},"
		      "\"then\":\"no\"},{\"id\":\"R2\",\"else\":true,\"then\":\"ok\"}],\"on_"
		      "unknown\":\"no\"}")
			->version;
	findings = expect_ok(call(as(acme, "ann"), "ValidateScreener", &validate));
	cr_assert_not(findings->publishable);
	cr_assert_eq(findings->n_findings, 5);
	cr_expect_str_eq(findings->findings[0]->code, "NO_SAFETY");
	cr_expect_str_eq(findings->findings[0]->severity, "warning");
	cr_expect_str_eq(findings->findings[1]->code, "TEXT_MISSING");
	cr_expect_str_eq(findings->findings[1]->pointer, "/i18n/en-US/item.age.text");
	cr_expect_str_eq(findings->findings[4]->code, "TESTS_MISSING");
	expect_fail(publish(acme, id, validate.version), FAILED_PRECONDITION, "SCREENER_INVALID");
}

/* A second safety question, hidden from children, that nothing stands in for. */
#define UNSAFE                                                                                     \
	"{\"format\":\"screener/1\",\"slug\":\"small\",\"locales\":[\"en-US\"],\"items\":["        \
	"{\"id\":\"age\",\"type\":\"integer\",\"min\":0,\"max\":120,\"required\":true,"            \
	"\"safety\":true},{\"id\":\"ill\",\"type\":\"boolean\",\"safety\":true,\"show_if\":{\">"   \
	"\":["                                                                                     \
	"{\"var\":\"age\"},17]}}]," OUTCOMES "\"hit_policy\":\"first\",\"rules\":[{\"id\":\"R1\"," \
	"\"if\":{\"<\":[{\"var\":\"age\"},18]},"                                                   \
	"\"then\":\"ok\"},{\"id\":\"R2\",\"if\":{\"var\":\"ill\"},\"then\":\"no\"},"               \
	"{\"id\":\"R3\",\"else\":true,\"then\":\"ok\"}],\"on_unknown\":\"no\",\"i18n\":{\"en-"     \
	"US\":{"                                                                                   \
	"\"item.age.text\":\"Age?\",\"item.ill.text\":\"Ill?\",\"outcome.no.title\":\"No\","       \
	"\"outcome.ok.title\":\"Yes\"}},\"tests\":["                                               \
	"{\"name\":\"child\",\"answers\":{\"age\":9},\"outcome\":\"ok\"},"                         \
	"{\"name\":\"ill\",\"answers\":{\"age\":19,\"ill\":true},\"outcome\":\"no\"},"             \
	"{\"name\":\"well\",\"answers\":{\"age\":19,\"ill\":false},\"outcome\":\"ok\"}]}"

Test(program, a_document_that_could_issue_a_code_unsafely_is_refused_with_the_answers_that_do)
{
	Program__ValidateScreenerRequest validate = PROGRAM__VALIDATE_SCREENER_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	const Program__ValidateScreenerResponse *findings;
	const char *id = a_program(acme)->id;

	validate.program_id = id;
	validate.version = draft(acme, id, UNSAFE)->version;
	findings = expect_ok(call(as(acme, "ann"), "ValidateScreener", &validate));
	cr_assert_not(findings->publishable);
	cr_assert_eq(findings->n_findings, 2);
	cr_expect_str_eq(findings->findings[0]->code, "HIDDEN_UNKNOWN");
	cr_expect_str_eq(findings->findings[1]->code, "SAFETY_REFUTED");
	cr_expect_str_eq(findings->findings[1]->pointer, "/items/1");
	cr_expect_str_eq(findings->safety, "refuted");
	cr_assert_eq(findings->n_safety_proofs, 2);
	cr_expect_str_eq(findings->safety_proofs[0]->verdict, "proven");
	cr_expect_str_eq(findings->safety_proofs[1]->item, "ill");
	cr_expect_str_eq(findings->safety_proofs[1]->outcome, "ok");
	cr_expect(strstr(findings->findings[1]->message, findings->safety_proofs[1]->answers));
	cr_assert_gt(findings->n_boundaries, 0);
	cr_expect_str_eq(findings->boundaries[0]->side, "below");
	cr_expect_str_eq(findings->boundaries[0]->answers, "{\"age\":16}");
	cr_expect_str_eq(findings->boundaries[0]->outcome, "ok");
	expect_fail(publish(acme, id, validate.version), FAILED_PRECONDITION, "SCREENER_INVALID");
	expect_count(0, acme, "program.screener_version");
}

Test(program, a_published_version_is_immutable_for_everybody)
{
	Program__ScreenerVersion edit = PROGRAM__SCREENER_VERSION__INIT;
	Program__UpdateScreenerRequest update = PROGRAM__UPDATE_SCREENER_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	const char *id = a_program(acme)->id;

	update.screener = &edit;
	update.program_id = id;
	update.version = draft(acme, id, good)->version;
	edit.document = bytes_of(good);
	expect_ok(publish(acme, id, update.version));
	expect_fail(call(as(acme, "ann"), "UpdateScreener", &update), FAILED_PRECONDITION,
		    "SCREENER_PUBLISHED");
	expect_fail(publish(acme, id, update.version), FAILED_PRECONDITION, "SCREENER_PUBLISHED");
	cr_assert(test_sql_is_refused("UPDATE program.screener_version SET slug = 'x'"));
	cr_assert(test_sql_is_refused("DELETE FROM program.screener_version"));
}

Test(program, versions_are_hashed_signed_and_chained)
{
	struct uuid acme = a_tenant_id("acme");
	const char *id = a_program(acme)->id;
	const Program__ScreenerVersion *first, *second;
	struct arena *arena = arena_new(1 << 20);
	struct identity_version statement = {.slug = "small", .number = 1};
	uint8_t *signature, key[32], hash[32];
	char hex[65];
	size_t len;

	first = expect_ok(publish(acme, id, draft(acme, id, good)->version));
	second = expect_ok(publish(acme, id, draft(acme, id, good)->version));
	cr_assert_str_eq(first->content_hash, second->content_hash, "the same content");
	cr_assert_str_eq(first->previous_hash, "");
	crypto_sha256(hash, first->document.data, first->document.len);
	hex_encode(hex, hash, sizeof hash);
	cr_assert_str_eq(first->content_hash, hex);
	memcpy(statement.content, hash, sizeof hash);
	statement.published_at =
		SECONDS(first->published_at->seconds) + first->published_at->nanos / 1000;
	cr_assert(base64url_decode(arena, str_of(first->signature), &signature, &len));
	cr_assert(hex_decode(key, sizeof key, str_of(first->signing_key)));
	cr_assert(identity_verify(arena, &statement, signature, key));
	identity_hash(arena, &statement, hash);
	hex_encode(hex, hash, sizeof hash);
	cr_assert_str_eq(second->previous_hash, hex, "the chain");
	arena_free(&arena);
}

struct publication {
	const struct caller *who;
	struct svc_worker *worker;
	char program_id[UUID_TEXT];
	int32_t version;
	struct status status;
};

static void *publish_in_thread(void *arg)
{
	Program__PublishScreenerRequest req = PROGRAM__PUBLISH_SCREENER_REQUEST__INIT;
	struct publication *p = arg;

	req.program_id = p->program_id;
	req.version = p->version;
	p->status = call_on(p->worker, p->who, "PublishScreener", &req).status;
	return NULL;
}

#define RACERS 4

Test(program, versions_published_at_once_make_one_chain_without_gaps)
{
	struct uuid acme = a_tenant_id("acme");
	const char *id = a_program(acme)->id;
	struct publication racers[RACERS] = {};
	pthread_t threads[RACERS];

	for (int i = 0; i < RACERS; i++) {
		racers[i].who = as(acme, "ann");
		racers[i].worker = worker_new(program);
		racers[i].version = draft(acme, id, good)->version;
		strcpy(racers[i].program_id, id);
	}
	for (int i = 0; i < RACERS; i++)
		pthread_create(&threads[i], NULL, publish_in_thread, &racers[i]);
	for (int i = 0; i < RACERS; i++) {
		pthread_join(threads[i], NULL);
		cr_expect(is_ok(racers[i].status), "%s", reason_name(racers[i].status.reason));
		svc_worker_free(&racers[i].worker);
	}
	expect_count(RACERS, acme, "program.screener_version");
	cr_assert_eq(test_count("SELECT count(*) FROM program.screener_version a JOIN "
				"program.screener_version b "
				"ON b.tenant_id = a.tenant_id AND b.program_id = a.program_id AND "
				"b.number = a.number + 1 "
				"AND b.previous_hash = a.statement_hash WHERE a.program_id = '%s'",
				id),
		     RACERS - 1);
	expect_count(1, acme, "program.publish_key");
}

Test(program, consumer_gets_the_newest_version_of_an_active_program_by_its_public_id)
{
	Program__GetPublishedVersionRequest req = PROGRAM__GET_PUBLISHED_VERSION_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	const Program__Program *made = a_program(acme);
	const Program__PublishedVersion *version;
	char tenant[UUID_TEXT];

	req.public_id = made->public_id;
	expect_fail(call(as_daemon("consumer", (struct uuid){}), "GetPublishedVersion", &req),
		    FAILED_PRECONDITION, "PROGRAM_NOT_ACTIVE");
	expect_ok(publish(acme, made->id, draft(acme, made->id, good)->version));
	expect_ok(move(acme, made->id, "ActivateProgram"));
	version = expect_ok(
		call(as_daemon("consumer", (struct uuid){}), "GetPublishedVersion", &req));
	uuid_format(tenant, acme);
	cr_assert_str_eq(version->tenant_id, tenant);
	cr_assert_gt(version->document.len, 100);
	req.content_hash = version->content_hash;
	req.without_document = true;
	version = expect_ok(
		call(as_daemon("consumer", (struct uuid){}), "GetPublishedVersion", &req));
	cr_assert_eq(version->document.len, 0);
	req.public_id = "prg_nothing";
	expect_fail(call(as_daemon("consumer", (struct uuid){}), "GetPublishedVersion", &req),
		    NOT_FOUND, "PROGRAM_NOT_FOUND");
}

Test(program, a_retired_version_gives_way_to_the_one_before)
{
	Program__RetireScreenerRequest retire = PROGRAM__RETIRE_SCREENER_REQUEST__INIT;
	Program__GetProgramRequest get = PROGRAM__GET_PROGRAM_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	const char *id = a_program(acme)->id;

	expect_ok(publish(acme, id, draft(acme, id, good)->version));
	retire.program_id = get.id = id;
	retire.version = draft(acme, id, good)->version;
	expect_fail(call(as(acme, "ann"), "RetireScreener", &retire), FAILED_PRECONDITION,
		    "SCREENER_NOT_PUBLISHED");
	expect_ok(publish(acme, id, retire.version));
	expect_ok(call(as(acme, "ann"), "RetireScreener", &retire));
	expect_ok(call(as(acme, "ann"), "RetireScreener", &retire));
	cr_assert_eq(
		((const Program__Program *)expect_ok(call(as(acme, "ann"), "GetProgram", &get)))
			->published_version,
		1);
	cr_assert_eq(events_out("program", acme, "screener.retired"), 1);
}

Test(program, a_dry_run_explains_and_stores_nothing)
{
	Program__EvaluateScreenerRequest req = PROGRAM__EVALUATE_SCREENER_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	const Program__EvaluateScreenerResponse *resp;

	req.program_id = a_program(acme)->id;
	req.version = draft(acme, req.program_id, good)->version;
	req.answers = bytes_of("{\"age\":30}");
	resp = expect_ok(call(as(acme, "ann"), "EvaluateScreener", &req));
	cr_assert_str_eq(resp->outcome, "ok");
	cr_assert(resp->may_issue_code);
	req.answers = bytes_of("{}");
	resp = expect_ok(call(as(acme, "ann"), "EvaluateScreener", &req));
	cr_assert_not(resp->may_issue_code, "unanswered is unknown, never a pass");
}

Test(program, reference_tables_are_kept_byte_for_byte)
{
	Program__ReferenceTableInfo the_table = PROGRAM__REFERENCE_TABLE_INFO__INIT;
	Program__CreateReferenceTableRequest req = PROGRAM__CREATE_REFERENCE_TABLE_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	uint8_t hash[32];
	char hex[65];

	req.table = &the_table;
	the_table.document = "{\"format\":\"other\"}";
	expect_fail(call(as(acme, "ann"), "CreateReferenceTable", &req), INVALID_ARGUMENT,
		    "TABLE_INVALID");
	the_table.document = "{ \"format\":\"reference-table/1\", \"name\":\"t\" }";
	crypto_sha256(hash, the_table.document, strlen(the_table.document));
	hex_encode(hex, hash, sizeof hash);
	for (int i = 0; i < 2; i++)
		cr_assert_str_eq(((const Program__ReferenceTableInfo *)expect_ok(
					  call(as(acme, "ann"), "CreateReferenceTable", &req)))
					 ->sha256,
				 hex);
	expect_count(1, acme, "program.reference_table");
}

Test(program, nothing_of_it_is_found_by_another_tenant)
{
	Program__GetProgramRequest get = PROGRAM__GET_PROGRAM_REQUEST__INIT;
	Program__GetScreenerRequest screener = PROGRAM__GET_SCREENER_REQUEST__INIT;
	Program__ListProgramsRequest list = PROGRAM__LIST_PROGRAMS_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme"), beta = a_tenant_id("beta");

	get.id = screener.program_id = a_program(acme)->id;
	screener.version = draft(acme, get.id, good)->version;
	expect_fail(call(as(beta, "bob"), "GetProgram", &get), NOT_FOUND, "PROGRAM_NOT_FOUND");
	expect_fail(call(as(beta, "bob"), "GetScreener", &screener), NOT_FOUND,
		    "SCREENER_NOT_FOUND");
	expect_fail(publish(beta, get.id, screener.version), NOT_FOUND, "PROGRAM_NOT_FOUND");
	cr_assert_eq(((const Program__ListProgramsResponse *)expect_ok(
			      call(as(beta, "bob"), "ListPrograms", &list)))
			     ->n_programs,
		     0);
}
