/* Codes at the counter, from several sides at once. */
#include <pthread.h>

#include "counter.h"
#include "support/svc_test_internal.h"
#include "svc/internal.h"

TEST_DATABASE
TestSuite(redeem, .init = world_start, .fini = world_stop, .timeout = 240);

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
