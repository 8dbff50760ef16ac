/* Codes in the hands of staff: seen, voided, extended, issued again, recalled. */
#include <google/protobuf/timestamp.pb-c.h>

#include "contract/time.h"
#include "counter.h"
#include "support/svc_test_internal.h"

TEST_DATABASE
TestSuite(staff, .init = world_start, .fini = world_stop, .timeout = 120);

static const Consumer__ListCodesResponse *listed(const char *program, const char *status,
						 int32_t size, const char *token)
{
	Consumer__ListCodesRequest list = CONSUMER__LIST_CODES_REQUEST__INIT;

	list.program_id = program;
	list.status = status;
	list.page_size = size;
	list.page_token = token;
	return expect_ok(ask(staff(), "ListCodes", &list));
}

/* The only code of a program. */
static const Consumer__Code *the_code(const struct a_program *program)
{
	const Consumer__ListCodesResponse *codes = listed(program->id, "", 0, "");

	cr_assert_eq(codes->n_codes, 1);
	return codes->codes[0];
}

static const Consumer__Code *seen(const char *id)
{
	Consumer__GetCodeRequest get = CONSUMER__GET_CODE_REQUEST__INIT;

	get.id = id;
	return expect_ok(ask(staff(), "GetCode", &get));
}

static struct answer try_void(const struct caller *who, const char *id)
{
	Consumer__VoidCodeRequest request = CONSUMER__VOID_CODE_REQUEST__INIT;

	request.id = id;
	request.reason = "given to the wrong person";
	return ask(who, "VoidCode", &request);
}

static struct answer try_extend(const char *id, instant until)
{
	Consumer__ExtendCodeRequest request = CONSUMER__EXTEND_CODE_REQUEST__INIT;

	request.id = id;
	request.expires_at = pb_timestamp(test_world.arena, until);
	request.reason = "the pharmacy was closed";
	return ask(staff(), "ExtendCode", &request);
}

static struct answer try_reissue(const char *id, const char *key)
{
	Consumer__ReissueCodeRequest request = CONSUMER__REISSUE_CODE_REQUEST__INIT;

	request.id = id;
	request.reason = "the phone was lost";
	return ask(with_key(staff(), key), "ReissueCode", &request);
}

static struct answer try_recall(const char *program, int32_t version)
{
	Consumer__RecallCodesRequest request = CONSUMER__RECALL_CODES_REQUEST__INIT;

	request.program_id = program;
	request.screener_version = version;
	request.reason = "contaminated batch";
	return ask(staff(), "RecallCodes", &request);
}

static const Consumer__Recall *only_recall(const char *program)
{
	Consumer__ListRecallsRequest list = CONSUMER__LIST_RECALLS_REQUEST__INIT;
	const Consumer__ListRecallsResponse *recalls;

	list.program_id = program;
	recalls = expect_ok(ask(staff(), "ListRecalls", &list));
	cr_assert_eq(recalls->n_recalls, 1);
	return recalls->recalls[0];
}

static void run_jobs(void)
{
	while (run_one_job(consumer))
		;
}

Test(staff, sees_what_became_of_codes_but_never_the_codes)
{
	struct a_program program = a_program(), empty = a_program();
	const Consumer__ListCodesResponse *codes;
	const char *code = a_code(&program);
	struct answer answer;

	a_code(&program);
	a_code(&program);
	expect_ok(try_redeem(corner(), code, "tx-1"));
	codes = listed(program.id, "", 2, "");
	cr_assert_eq(codes->n_codes, 2);
	codes = listed(program.id, "", 2, codes->next_page_token);
	cr_assert_eq(codes->n_codes, 1);
	cr_assert_str_eq(codes->next_page_token, "");
	cr_assert_eq(listed("", "", 0, "")->n_codes, 3);
	cr_assert_eq(listed(empty.id, "", 0, "")->n_codes, 0);
	codes = listed(program.id, "redeemed", 0, "");
	cr_assert_eq(codes->n_codes, 1);
	cr_assert_str_eq(codes->codes[0]->transaction_id, "tx-1");
	cr_assert_str_eq(codes->codes[0]->terminal_id, "till-1");
	cr_assert_eq(codes->codes[0]->screener_version, 1);
	cr_assert_eq(listed(program.id, "issued", 0, "")->n_codes, 2);
	now_is(instant_now() + DAYS(8));
	cr_assert_eq(listed(program.id, "expired", 0, "")->n_codes, 2);
	cr_assert_eq(listed(program.id, "issued", 0, "")->n_codes, 0);
	answer = ask(staff(), "GetCode",
		     &(Consumer__GetCodeRequest){.base = {&consumer__get_code_request__descriptor},
						 .id = codes->codes[0]->id});
	expect_ok(answer);
	cr_assert(!memmem(answer.wire.ptr, answer.wire.len, code, 4));
}

Test(staff, of_another_tenant_or_without_the_permission_does_nothing)
{
	struct a_program program = a_program();
	const char *code = a_code(&program), *id = the_code(&program)->id;
	Consumer__GetCodeRequest get = CONSUMER__GET_CODE_REQUEST__INIT;

	get.id = id;
	expect_fail(ask(as(other, "bob"), "GetCode", &get), NOT_FOUND, "CODE_NOT_FOUND");
	expect_fail(try_void(as(other, "bob"), id), NOT_FOUND, "CODE_NOT_FOUND");
	expect_fail(try_void(as_with(acme, "eve", "codes:read"), id), PERMISSION_DENIED,
		    "PERMISSION_REQUIRED");
	expect_ok(try_redeem(corner(), code, "tx-1"));
}

Test(staff, voids_a_code_once_and_it_is_refused)
{
	struct a_program program = a_program();
	const char *code = a_code(&program), *id = the_code(&program)->id;
	const Consumer__Code *voided;

	expect_ok(try_reserve(corner(), code, "tx-1"));
	voided = expect_ok(try_void(staff(), id));
	cr_assert_eq(voided->status, CONSUMER__CODE_STATUS__VOIDED);
	cr_assert_str_eq(voided->void_reason, "given to the wrong person");
	expect_ok(try_void(staff(), id));
	expect_fail(try_redeem(corner(), code, "tx-1"), FAILED_PRECONDITION, "CODE_NOT_VALID");
	expect_fail(try_validate(corner(), code), FAILED_PRECONDITION, "CODE_NOT_VALID");
	cr_assert_eq(events_out("consumer", acme, "code.voided"), 1);
	expect_fail(try_extend(id, instant_now() + DAYS(9)), FAILED_PRECONDITION, "CODE_VOIDED");
	expect_fail(try_reissue(id, "k"), FAILED_PRECONDITION, "CODE_VOIDED");
}

Test(staff, cannot_undo_a_redemption)
{
	struct a_program program = a_program();
	const char *code = a_code(&program), *id = the_code(&program)->id;

	expect_ok(try_redeem(corner(), code, "tx-1"));
	expect_fail(try_void(staff(), id), FAILED_PRECONDITION, "CODE_REDEEMED");
	expect_fail(try_extend(id, instant_now() + DAYS(9)), FAILED_PRECONDITION, "CODE_REDEEMED");
	expect_fail(try_reissue(id, "k"), FAILED_PRECONDITION, "CODE_REDEEMED");
	expect_count(1, acme, "consumer.code WHERE status = 'redeemed'");
}

Test(staff, extends_a_code_within_its_program)
{
	Program__Program changed = PROGRAM__PROGRAM__INIT;
	struct a_program program = a_program();
	const char *code = a_code(&program), *id = the_code(&program)->id;
	instant now = instant_now();
	char day[DATE_TEXT];

	expect_field(try_extend(id, now + DAYS(1)), "expiresAt", "NOT_LATER");
	expect_field(try_extend(id, now - DAYS(1)), "expiresAt", "OUT_OF_RANGE");
	expect_field(try_extend(id, now + DAYS(400)), "expiresAt", "OUT_OF_RANGE");
	expect_ok(try_extend(id, now + DAYS(9)));
	date_format(day, date_of_instant(now) + 20);
	changed.ends_on = day;
	change_program(&program, "ends_on", &changed);
	tell_consumer(&program);
	expect_field(try_extend(id, now + DAYS(23)), "expiresAt", "AFTER_PROGRAM");
	/* One that ran out can be given more time. */
	now_is(now + DAYS(10));
	expect_fail(try_redeem(corner(), code, "tx-1"), FAILED_PRECONDITION, "CODE_NOT_VALID");
	expect_ok(try_extend(id, now + DAYS(12)));
	expect_ok(try_redeem(corner(), code, "tx-1"));
	cr_assert_eq(events_out("consumer", acme, "code.extended"), 2);
}

Test(staff, issues_a_lost_code_again_once)
{
	struct a_program program = a_program(.budget = 1);
	const char *lost = a_code(&program), *id = the_code(&program)->id;
	const Consumer__ReissueCodeResponse *issued, *again;

	issued = expect_ok(try_reissue(id, "k"));
	again = expect_ok(try_reissue(id, "k"));
	cr_assert_str_eq(issued->code, again->code, "the same key, the same code");
	cr_assert_str_eq(issued->details->replaces, id);
	cr_assert_str_eq(seen(id)->replaced_by, issued->details->id);
	cr_assert_eq(seen(id)->expires_at->seconds, issued->details->expires_at->seconds);
	expect_fail(try_redeem(corner(), lost, "tx-1"), FAILED_PRECONDITION, "CODE_NOT_VALID");
	expect_fail(try_reissue(id, "k2"), FAILED_PRECONDITION, "CODE_REISSUED");
	expect_fail(try_reissue(issued->details->id, "k3"), FAILED_PRECONDITION, "CODE_REISSUED");
	expect_ok(try_redeem(corner(), issued->code, "tx-2"));
	expect_count(1, acme, "consumer.budget WHERE issued = 1");
	expect_count(2, acme, "consumer.code");
	cr_assert_eq(test_count("SELECT count(*) FROM consumer.outbox WHERE position("
				"convert_to('%s', 'UTF8') IN payload) > 0",
				issued->code),
		     0);
}

Test(staff, recalls_every_code_of_a_program_at_once_and_for_good)
{
	static const char *const redeem_only[] = {"codes:redeem", NULL};
	struct a_program program = a_program(), unharmed = a_program();
	const char *code = a_code(&program), *reserved = a_code(&program), *sold = a_code(&program);
	const char *elsewhere = a_code(&unharmed);
	struct visitor late = an_eligible_visitor(&program);
	const Consumer__Recall *first, *again;

	expect_ok(try_reserve(corner(), reserved, "tx-1"));
	expect_ok(try_redeem(corner(), sold, "tx-2"));
	first = expect_ok(try_recall(program.id, 0));
	/* Before any code was touched. */
	expect_count(0, acme, "consumer.code WHERE status = 'voided'");
	expect_fail(try_validate(corner(), code), FAILED_PRECONDITION, "CODE_RECALLED");
	expect_fail(try_reserve(corner(), code, "tx-3"), FAILED_PRECONDITION, "CODE_RECALLED");
	expect_fail(try_redeem(corner(), reserved, "tx-1"), FAILED_PRECONDITION, "CODE_RECALLED");
	/* Who may not ask about codes is told no more than of any other. */
	expect_fail(try_redeem(as_key(acme, PRINCIPAL_PARTNER_KEY, "mall", redeem_only), code, "t"),
		    FAILED_PRECONDITION, "CODE_NOT_VALID");
	expect_fail(try_issue(late.who, late.id, "k", ""), FAILED_PRECONDITION, "PROGRAM_RECALLED");
	expect_fail(try_start(program.public_id, "en-US"), FAILED_PRECONDITION, "PROGRAM_RECALLED");
	/* What was sold can be given back, but not be sold again. */
	expect_ok(try_redeem(corner(), sold, "tx-2"));
	expect_ok(try_roll_back(corner(), sold, "tx-2"));
	expect_fail(try_redeem(corner(), sold, "tx-4"), FAILED_PRECONDITION, "CODE_RECALLED");
	expect_ok(try_redeem(corner(), elsewhere, "tx-5"));
	again = expect_ok(try_recall(program.id, 0));
	cr_assert_str_eq(first->id, again->id);
	cr_assert_eq(events_out("consumer", acme, "program.recalled"), 1);
	run_jobs();
	cr_assert_eq(only_recall(program.id)->codes_voided, 3);
	cr_assert(only_recall(program.id)->completed_at);
	expect_count(3, acme, "consumer.code WHERE status = 'voided'");
	expect_fail(try_redeem(corner(), code, "tx-6"), FAILED_PRECONDITION, "CODE_RECALLED");
	cr_assert_eq(events_out("consumer", acme, "program.recall_completed"), 1);
}

Test(staff, recalls_one_version_of_a_screener_and_the_next_one_goes_on)
{
	struct a_program program = a_program();
	const char *old = a_code(&program), *new;
	struct visitor pinned = an_eligible_visitor(&program);

	/* As an older replica wrote it. */
	test_sql("UPDATE consumer.code SET screener_version = NULL WHERE program_id = '%s'",
		 program.id);
	publish_again(&program);
	new = a_code(&program);
	expect_fail(try_recall(program.id, 9), NOT_FOUND, "SCREENER_NOT_FOUND");
	expect_ok(try_recall(program.id, 1));
	expect_fail(try_validate(corner(), old), FAILED_PRECONDITION, "CODE_RECALLED");
	expect_fail(try_issue(pinned.who, pinned.id, "k", ""), FAILED_PRECONDITION,
		    "PROGRAM_RECALLED");
	run_jobs();
	cr_assert_eq(only_recall(program.id)->codes_voided, 1);
	expect_ok(try_start(program.public_id, "en-US"));
	expect_ok(try_redeem(corner(), new, "tx-1"));
}

Test(staff, cannot_recall_what_is_not_theirs)
{
	struct a_program program = a_program();
	const char *code = a_code(&program);
	Consumer__RecallCodesRequest recall = CONSUMER__RECALL_CODES_REQUEST__INIT;
	Consumer__ListRecallsRequest list = CONSUMER__LIST_RECALLS_REQUEST__INIT;

	list.program_id = recall.program_id = program.id;
	recall.reason = "spite";
	expect_fail(ask(as(other, "bob"), "ListRecalls", &list), NOT_FOUND, "PROGRAM_NOT_FOUND");
	expect_fail(ask(as(other, "bob"), "RecallCodes", &recall), NOT_FOUND, "PROGRAM_NOT_FOUND");
	expect_fail(ask(as_with(acme, "eve", "codes:manage"), "RecallCodes", &recall),
		    PERMISSION_DENIED, "PERMISSION_REQUIRED");
	expect_ok(try_redeem(corner(), code, "tx-1"));
}

/* More codes than one batch has; the job is run twice over. */
Test(staff, voids_the_codes_of_a_recall_in_batches)
{
	struct a_program program = a_program();

	a_code(&program);
	test_sql(
		"INSERT INTO consumer.session SELECT (jsonb_populate_record(s, jsonb_build_object("
		"'id', md5('session ' || n)::uuid))).* FROM consumer.session s, generate_series(1, "
		"1200) n WHERE s.program_id = '%s'",
		program.id);
	test_sql("INSERT INTO consumer.code SELECT (jsonb_populate_record(c, jsonb_build_object("
		 "'id', md5('code ' || n)::uuid, 'session_id', md5('session ' || n)::uuid, "
		 "'code_hash', '\\x' || md5(n::text)))).* FROM consumer.code c, generate_series(1, "
		 "1200) n WHERE c.program_id = '%s'",
		 program.id);
	expect_ok(try_recall(program.id, 1));
	run_jobs();
	cr_assert_eq(only_recall(program.id)->codes_voided, 1201);
	cr_assert(only_recall(program.id)->completed_at);
	expect_count(0, acme, "consumer.code WHERE status <> 'voided'");
}

Test(staff, learns_of_a_code_from_before_programs_said_how_they_are)
{
	struct a_program program = a_program();
	const char *code = a_code(&program), *id = the_code(&program)->id;

	test_sql("DELETE FROM consumer.program WHERE id = '%s'", program.id);
	expect_ok(try_validate(corner(), code));
	test_sql("DELETE FROM consumer.program WHERE id = '%s'", program.id);
	expect_ok(try_extend(id, instant_now() + DAYS(9)));
	test_sql("DELETE FROM consumer.program WHERE id = '%s'", program.id);
	expect_ok(try_redeem(corner(), code, "tx-1"));
	expect_count(1, acme, "consumer.redemption");
}
