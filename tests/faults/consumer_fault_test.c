#include "consumer/world.h"
#include "faults/fault_loop.h"
#include "support/svc_test_internal.h"

TEST_DATABASE

static struct a_program program_of_code;
static const char *code, *key, *transaction;

static void issue_code(unsigned round)
{
	code = arena_strdup(test_world.arena, a_code(&program_of_code));
	key = arena_printf(test_world.arena, "key-%u", round);
	transaction = arena_printf(test_world.arena, "tx-%u", round);
}

static struct answer redeem_code(void)
{
	static const char *const scopes[] = {"codes:verify", "codes:redeem", NULL};
	Consumer__RedeemCodeRequest req = CONSUMER__REDEEM_CODE_REQUEST__INIT;

	req.code = code;
	req.terminal_id = "till-1";
	req.transaction_id = transaction;
	return ask(with_key(as_key(acme, PRINCIPAL_PARTNER_KEY, "corner", scopes), key),
		   "RedeemCode", &req);
}

static int64_t redemptions_made(void)
{
	return test_count("SELECT count(*) FROM consumer.redemption r JOIN consumer.code c ON "
			  "c.tenant_id = r.tenant_id AND c.id = r.code_id WHERE c.status = "
			  "'redeemed' AND r.transaction_id = '%s'",
			  transaction) +
	       test_count("SELECT count(*) FROM consumer.outbox o WHERE o.subscriber = 'audit' AND "
			  "o.topic = 'code.redeemed' AND position(convert_to((SELECT "
			  "code_id::text FROM consumer.redemption WHERE transaction_id = '%s'), "
			  "'UTF8') IN o.payload) > 0",
			  transaction);
}

static const struct fault_case redemption = {
	.prepare = issue_code,
	.ask = redeem_code,
	.effects = redemptions_made,
	.whole = 2,
};

Test(faults, a_code_is_redeemed_once_and_told_once, .timeout = 120, .fini = world_stop)
{
	world_start();
	program_of_code = a_program();
	fault_every_kind(&redemption);
}

Test(faults, a_code_is_redeemed_once_whatever_allocation_fails, .timeout = 120, .fini = world_stop)
{
	world_start();
	program_of_code = a_program();
	fault_every_allocation(&redemption);
}
