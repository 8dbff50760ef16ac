/* Codes at the counter. */
#include <pthread.h>
#include <stdio.h>

#include "base/fault.h"
#include "counter.h"
#include "crypto/code32.h"
#include "db/conn.h"
#include "support/svc_test_internal.h"
#include "svc/internal.h"

TEST_DATABASE
TestSuite(redeem, .init = world_start, .fini = world_stop, .timeout = 240);

Test(redeem, a_code_is_validated_then_redeemed_and_never_again)
{
	struct a_program program = a_program();
	const char *code = a_code(&program);
	const Consumer__CodeState *state = expect_ok(try_validate(corner(), code));

	cr_assert_eq(state->status, CONSUMER__CODE_STATUS__ISSUED);
	cr_assert_str_eq(state->code_class, "retail");
	state = expect_ok(try_redeem(corner(), code, "tx-1"));
	cr_assert_eq(state->status, CONSUMER__CODE_STATUS__REDEEMED);
	cr_assert(state->redeemed_at);
	expect_fail(try_redeem(corner(), code, "tx-2"), FAILED_PRECONDITION, "CODE_NOT_VALID");
	expect_fail(try_redeem(partner_of(acme, "mall"), code, "tx-1"), FAILED_PRECONDITION,
		    "CODE_NOT_VALID");
	expect_fail(try_reserve(corner(), code, "tx-3"), FAILED_PRECONDITION, "CODE_NOT_VALID");
	/* Its partner may still see it; another one learns nothing. */
	expect_ok(try_validate(corner(), code));
	expect_fail(try_validate(partner_of(acme, "mall"), code), FAILED_PRECONDITION,
		    "CODE_NOT_VALID");
	expect_count(
		1, acme,
		"consumer.redemption WHERE terminal_id = 'till-1' AND transaction_id = 'tx-1'");
	expect_count(1, acme, "consumer.code WHERE refusals = 4");
	cr_assert_eq(events_out("consumer", acme, "code.redeemed"), 3);
}

/* Lock, stored answer and guesses; the code with its redemption; answer, event and COMMIT. */
Test(redeem, a_redemption_takes_three_round_trips)
{
	struct a_program program = a_program();
	const char *code = a_code(&program);

	fault_arm(FAULT_DB_SEND, 4);
	expect_ok(try_redeem(corner(), code, "tx-1"));
	cr_assert(fault_is_armed(FAULT_DB_SEND), "a round trip too many");
	fault_arm(FAULT_DB_SEND, 0);
	expect_count(1, acme, "consumer.redemption");
}

Test(redeem, a_lost_answer_can_be_had_again_with_its_key)
{
	struct a_program program = a_program();
	Consumer__RedeemCodeRequest request = redemption(a_code(&program), "tx-1");
	struct answer first, again;

	expect_fail(ask(corner(), "RedeemCode", &request), INVALID_ARGUMENT,
		    "IDEMPOTENCY_KEY_REQUIRED");
	first = ask(with_key(corner(), "k"), "RedeemCode", &request);
	again = ask(with_key(corner(), "k"), "RedeemCode", &request);
	expect_ok(first);
	expect_ok(again);
	cr_assert(again.replayed && str_eq(first.wire, again.wire));
	request.code = a_code(&program);
	expect_fail(ask(with_key(corner(), "k"), "RedeemCode", &request), INVALID_ARGUMENT,
		    "IDEMPOTENCY_KEY_REUSED");
	expect_count(1, acme, "consumer.redemption");
	expect_count(2, acme, "consumer.code WHERE refusals = 0");
}

Test(redeem, codes_may_be_typed_as_people_do)
{
	struct a_program program = a_program();
	const char *code = a_code(&program);
	char typed[64];

	snprintf(typed, sizeof typed, " %.4s %.4s%.4s ", code, code + 5, code + 10);
	for (char *c = typed; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
	expect_ok(try_redeem(corner(), typed, "tx-1"));
}

Test(redeem, codes_may_come_from_a_barcode_reader)
{
	struct a_program program = a_program();
	const char *code = a_code(&program);
	const char *scanned =
		arena_printf(test_world.arena, "%.4s\xe2\x80\x93%.4s\xe2\x80\x93%s\r\n", code,
			     code + 5, code + 10);

	expect_ok(try_validate(corner(), scanned));
	expect_ok(try_redeem(corner(), scanned, "tx-1"));
}

Test(redeem, a_barcode_reader_may_name_the_symbology_before_the_code)
{
	static const char *const symbologies[] = {"]C1", "]d2", "]Q3", "]e0"};
	struct a_program program = a_program();
	const char *code = a_code(&program), *scanned;

	for (size_t i = 0; i < 4; i++) {
		scanned = arena_printf(test_world.arena, "%s%s\r\n", symbologies[i], code);
		expect_ok(try_validate(corner(), scanned));
	}
	expect_ok(try_redeem(corner(), scanned, "tx-1"));
}

Test(redeem, unknown_foreign_mistyped_and_expired_codes_look_the_same)
{
	struct a_program program = a_program();
	const char *code = a_code(&program);
	char unknown[CODE_TEXT], shown[CODE_SHOWN], mistyped[CODE_SHOWN];

	code_random(unknown);
	code_show(shown, unknown);
	memcpy(mistyped, code, sizeof mistyped);
	mistyped[0] = mistyped[0] == '7' ? '8' : '7';
	expect_fail(try_redeem(corner(), shown, "t"), FAILED_PRECONDITION, "CODE_NOT_VALID");
	expect_fail(try_redeem(corner(), mistyped, "t"), FAILED_PRECONDITION, "CODE_NOT_VALID");
	expect_fail(try_redeem(partner_of(other, "spy"), code, "t"), FAILED_PRECONDITION,
		    "CODE_NOT_VALID");
	expect_fail(try_validate(partner_of(other, "spy"), code), FAILED_PRECONDITION,
		    "CODE_NOT_VALID");
	/* A wrong check character is not even looked up, hence not counted. */
	expect_count(1, acme, "consumer.guess WHERE subject = 'tenant' AND misses = 1");
	expect_count(1, other, "consumer.guess WHERE subject = 'tenant' AND misses = 2");
	now_is(instant_now() + DAYS(8));
	expect_fail(try_redeem(corner(), code, "t"), FAILED_PRECONDITION, "CODE_NOT_VALID");
	expect_fail(try_validate(corner(), code), FAILED_PRECONDITION, "CODE_NOT_VALID");
	expect_fail(try_reserve(corner(), code, "t"), FAILED_PRECONDITION, "CODE_NOT_VALID");
	expect_count(0, acme, "consumer.redemption");
}

Test(redeem, a_reservation_keeps_others_away_until_it_runs_out)
{
	struct a_program program = a_program();
	const char *code = a_code(&program);
	const struct caller *mall = partner_of(acme, "mall");
	instant now = instant_now();

	now_is(now);
	expect_ok(try_reserve(corner(), code, "tx-1"));
	expect_ok(try_reserve(corner(), code, "tx-1"));
	expect_fail(try_reserve(mall, code, "tx-1"), FAILED_PRECONDITION, "CODE_RESERVED");
	expect_fail(try_redeem(mall, code, "tx-1"), FAILED_PRECONDITION, "CODE_RESERVED");
	expect_fail(try_redeem(corner(), code, "tx-2"), FAILED_PRECONDITION, "CODE_RESERVED");
	/* Of another's transaction nothing is undone. */
	expect_ok(try_roll_back(mall, code, "tx-1"));
	expect_fail(try_redeem(mall, code, "tx-2"), FAILED_PRECONDITION, "CODE_RESERVED");
	now_is(now + MINUTES(15));
	expect_ok(try_reserve(mall, code, "tx-9"));
	expect_fail(try_redeem(corner(), code, "tx-1"), FAILED_PRECONDITION, "CODE_RESERVED");
	expect_ok(try_redeem(mall, code, "tx-9"));
	expect_count(1, acme, "consumer.redemption");
}

Test(redeem, a_roll_back_undoes_its_own_transaction_and_frees_the_code_for_others)
{
	struct a_program program = a_program();
	const char *code = a_code(&program);
	const Consumer__CodeState *state;

	expect_ok(try_redeem(corner(), code, "tx-1"));
	expect_ok(try_roll_back(corner(), code, "tx-2"));
	expect_count(1, acme, "consumer.code WHERE status = 'redeemed'");
	state = expect_ok(try_roll_back(corner(), code, "tx-1"));
	cr_assert_eq(state->status, CONSUMER__CODE_STATUS__ROLLED_BACK);
	cr_assert(!state->redeemed_at);
	expect_ok(try_redeem(partner_of(acme, "mall"), code, "tx-7"));
	expect_count(2, acme, "consumer.redemption");
	expect_count(
		1, acme,
		"consumer.redemption WHERE rolled_back_at IS NULL AND transaction_id = 'tx-7'");
}

Test(redeem, a_transaction_that_asks_again_with_another_key_gets_its_own_result)
{
	struct a_program program = a_program();
	const char *code = a_code(&program);
	const Consumer__CodeState *first, *again;

	first = expect_ok(try_redeem(corner(), code, "tx-1"));
	now_is(instant_now() + HOURS(1));
	again = expect_ok(try_redeem(corner(), code, "tx-1"));
	cr_assert_eq(again->status, CONSUMER__CODE_STATUS__REDEEMED);
	cr_assert_eq(again->redeemed_at->seconds, first->redeemed_at->seconds);
	cr_assert_eq(again->redeemed_at->nanos, first->redeemed_at->nanos);
	/* Also when the code has run out since. */
	now_is(instant_now() + DAYS(30));
	expect_ok(try_redeem(corner(), code, "tx-1"));
	expect_count(1, acme, "consumer.redemption");
	expect_count(1, acme, "consumer.code WHERE refusals = 0");
	cr_assert_eq(events_out("consumer", acme, "code.redeemed"), 1);
	expect_ok(try_roll_back(corner(), code, "tx-1"));
	again = expect_ok(try_roll_back(corner(), code, "tx-1"));
	cr_assert_eq(again->status, CONSUMER__CODE_STATUS__ROLLED_BACK);
	cr_assert_eq(events_out("consumer", acme, "code.rolled_back"), 1);
}

/* All tills that send nothing would else be one transaction, which has its result already. */
Test(redeem, a_transaction_without_a_visible_name_is_none)
{
	struct a_program program = a_program();
	const char *code = a_code(&program);

	expect_field(try_redeem(corner(), code, " "), "transactionId", "REQUIRED");
	expect_field(try_reserve(corner(), code, "\t"), "transactionId", "REQUIRED");
	expect_field(try_roll_back(corner(), code, "  "), "transactionId", "REQUIRED");
	expect_ok(try_redeem(corner(), code, "tx-1"));
}

Test(redeem, a_redemption_that_its_roll_back_overtook_is_refused)
{
	struct a_program program = a_program();
	const char *code = a_code(&program);
	const Consumer__CodeState *state;

	state = expect_ok(try_roll_back(corner(), code, "tx-1"));
	cr_assert_eq(state->status, CONSUMER__CODE_STATUS__ROLLED_BACK);
	expect_fail(try_redeem(corner(), code, "tx-1"), FAILED_PRECONDITION,
		    "TRANSACTION_ROLLED_BACK");
	expect_fail(try_reserve(corner(), code, "tx-1"), FAILED_PRECONDITION,
		    "TRANSACTION_ROLLED_BACK");
	/* Another partner's transaction of that name is another one. */
	expect_ok(try_redeem(partner_of(acme, "mall"), code, "tx-1"));
	expect_ok(try_roll_back(partner_of(acme, "mall"), code, "tx-1"));
	expect_fail(try_redeem(partner_of(acme, "mall"), code, "tx-1"), FAILED_PRECONDITION,
		    "TRANSACTION_ROLLED_BACK");
	expect_ok(try_redeem(corner(), code, "tx-2"));
}

Test(redeem, a_code_bears_thirty_two_roll_backs)
{
	struct a_program program = a_program();
	const char *code = a_code(&program);

	for (int i = 0; i < 32; i++)
		expect_ok(
			try_roll_back(corner(), code, arena_printf(test_world.arena, "tx-%d", i)));
	expect_fail(try_roll_back(corner(), code, "tx-32"), FAILED_PRECONDITION, "ROLL_BACK_LIMIT");
	expect_ok(try_roll_back(corner(), code, "tx-31"));
	expect_fail(try_redeem(corner(), code, "tx-33"), FAILED_PRECONDITION, "CODE_NOT_VALID");
	expect_count(1, acme, "consumer.code WHERE cardinality(undone) = 32");
}

struct racer {
	pthread_t thread;
	struct svc_worker *worker;
	const struct caller *who;
	Consumer__RedeemCodeRequest redeem;
	Consumer__RollBackCodeRequest roll_back;
	bool undoes;
	struct status status;
};

static void *run_racer(void *arg)
{
	struct racer *racer = arg;

	racer->status =
		racer->undoes
			? call_on(racer->worker, racer->who, "RollBackCode", &racer->roll_back)
				  .status
			: call_on(racer->worker, racer->who, "RedeemCode", &racer->redeem).status;
	return NULL;
}

#define ROUNDS 40

/* Whichever comes first: once the roll-back is answered, its transaction holds no code. */
Test(redeem, a_roll_back_and_its_redemption_at_once_never_leave_the_code_redeemed)
{
	struct a_program program = a_program();
	struct racer racers[2] = {{.undoes = false}, {.undoes = true}};

	for (int i = 0; i < 2; i++)
		racers[i].worker = worker_new(consumer);
	for (int round = 0; round < ROUNDS; round++) {
		const char *code = a_code(&program);

		racers[0].redeem = redemption(code, "tx-1");
		racers[1].roll_back =
			(Consumer__RollBackCodeRequest)CONSUMER__ROLL_BACK_CODE_REQUEST__INIT;
		racers[1].roll_back.code = code;
		racers[1].roll_back.transaction_id = "tx-1";
		for (int i = 0; i < 2; i++) {
			racers[i].who = fresh(corner());
			pthread_create(&racers[i].thread, NULL, run_racer, &racers[i]);
		}
		for (int i = 0; i < 2; i++)
			pthread_join(racers[i].thread, NULL);
		cr_assert(is_ok(racers[1].status), "%s", reason_name(racers[1].status.reason));
		cr_assert(is_ok(racers[0].status) ||
			  racers[0].status.reason == REASON_TRANSACTION_ROLLED_BACK);
	}
	for (int i = 0; i < 2; i++)
		svc_worker_free(&racers[i].worker);
	expect_count(0, acme, "consumer.code WHERE status = 'redeemed'");
	expect_count(0, acme, "consumer.redemption WHERE rolled_back_at IS NULL");
}

Test(redeem, guessing_is_stopped_for_a_terminal_and_then_for_a_key)
{
	struct a_program program = a_program();
	const char *code = a_code(&program);
	Consumer__RedeemCodeRequest request = redemption("", "t");
	char canonical[CODE_TEXT], shown[CODE_SHOWN];
	struct answer answer;
	instant now = instant_now();

	now_is(now);
	request.code = shown;
	for (int i = 0; i < 20; i++) {
		code_random(canonical);
		code_show(shown, canonical);
		expect_fail(ask(fresh(corner()), "RedeemCode", &request), FAILED_PRECONDITION,
			    "CODE_NOT_VALID");
	}
	answer = try_redeem(corner(), code, "t");
	expect_fail(answer, RESOURCE_EXHAUSTED, "RATE_LIMITED");
	cr_assert(answer.retry_after_ms > 500000 && answer.retry_after_ms <= 600001);
	request.terminal_id = "till-2";
	for (int i = 0; i < 80; i++) {
		code_random(canonical);
		code_show(shown, canonical);
		request.terminal_id = arena_printf(test_world.arena, "till-%d", 2 + i / 10);
		expect_fail(ask(fresh(corner()), "RedeemCode", &request), FAILED_PRECONDITION,
			    "CODE_NOT_VALID");
	}
	expect_fail(try_validate(corner(), code), RESOURCE_EXHAUSTED, "RATE_LIMITED");
	expect_ok(try_validate(partner_of(acme, "mall"), code));
	now_is(now + MINUTES(10));
	expect_ok(try_redeem(corner(), code, "t"));
}

#define THREADS	    20
#define REDEMPTIONS 1000

struct race {
	pthread_t thread;
	struct svc_worker *worker;
	const struct caller **callers;
	Consumer__RedeemCodeRequest *requests;
	unsigned n, won, lost, odd;
};

static void *run_race(void *arg)
{
	struct race *race = arg;

	for (unsigned i = 0; i < race->n; i++) {
		struct answer answer =
			call_on(race->worker, race->callers[i], "RedeemCode", &race->requests[i]);

		if (is_ok(answer.status))
			race->won++;
		else if (answer.status.reason == REASON_CODE_NOT_VALID)
			race->lost++;
		else
			race->odd++;
	}
	return NULL;
}

Test(redeem, of_a_thousand_redemptions_at_once_exactly_one_succeeds)
{
	struct a_program program = a_program();
	const char *code = a_code(&program);
	struct race races[THREADS] = {};
	unsigned won = 0, lost = 0, n = REDEMPTIONS / THREADS;

	for (unsigned t = 0; t < THREADS; t++) {
		races[t].worker = worker_new(consumer);
		races[t].n = n;
		races[t].callers = arena_array_of(test_world.arena, const struct caller *, n);
		races[t].requests =
			arena_array_of(test_world.arena, Consumer__RedeemCodeRequest, n);
		for (unsigned i = 0; i < n; i++) {
			const char *id = arena_printf(test_world.arena, "tx-%u-%u", t, i);

			races[t].callers[i] =
				with_deadline(fresh(partner_of(acme, t % 2 ? "corner" : "mall")),
					      instant_now() + MINUTES(3));
			races[t].requests[i] = redemption(code, id);
		}
	}
	for (unsigned t = 0; t < THREADS; t++)
		cr_assert_eq(pthread_create(&races[t].thread, NULL, run_race, &races[t]), 0);
	for (unsigned t = 0; t < THREADS; t++) {
		pthread_join(races[t].thread, NULL);
		won += races[t].won;
		lost += races[t].lost;
		svc_worker_free(&races[t].worker);
	}
	cr_assert_eq(won, 1, "%u redemptions succeeded", won);
	cr_assert_eq(lost, REDEMPTIONS - 1, "%u were refused as they should", lost);
	expect_count(1, acme, "consumer.redemption");
	expect_count(1, acme, "consumer.code WHERE status = 'redeemed' AND refusals = 999");
}

/* The suspension is committed after the call was let in and before its statement runs. */
static void suspend_under_way(bool begins)
{
	char id[UUID_TEXT];

	if (!begins)
		return;
	uuid_format(id, acme);
	test_sql("INSERT INTO consumer.standing VALUES ('%s', 'suspended', 2, now())", id);
}

Test(redeem, a_tenant_that_is_suspended_in_the_middle_redeems_nothing)
{
	struct a_program program = a_program();
	const char *code = a_code(&program);

	/* The set of suspended tenants is fresh: only the statement can see the news. */
	expect_ok(try_validate(corner(), code));
	around_dispatch = suspend_under_way;
	cr_assert(is_failed(try_redeem(corner(), code, "T-1").status));
	around_dispatch = NULL;
	expect_count(0, acme, "consumer.redemption");
	standing_is(consumer, acme, "active", 3);
	expect_ok(try_redeem(corner(), code, "T-1"));
}
