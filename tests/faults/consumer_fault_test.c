#include "consumer/world.h"
#include "faults/fault_loop.h"
#include "support/svc_test_internal.h"

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
	fault_every_statement(&redemption);
}

Test(faults, a_code_is_redeemed_once_whatever_allocation_fails, .timeout = 120, .fini = world_stop)
{
	world_start();
	program_of_code = a_program();
	fault_every_allocation(&redemption);
}

/* --- completing and issuing ------------------------------------------------------ */

static struct visitor visitor;

/* Rows of the visitor's session and events that name what they made. */
static int64_t made_for_session(const char *rows, const char *topic)
{
	return test_count("WITH made AS (SELECT m.id FROM %s) SELECT (SELECT count(*) FROM made) + "
			  "(SELECT count(*) FROM consumer.outbox o JOIN made ON o.topic = '%s' AND "
			  "position(convert_to(made.id::text, 'UTF8') IN o.payload) > 0)",
			  rows, topic);
}

static void answer_questions(unsigned round)
{
	(void)round;
	visitor = a_visitor(&program_of_code);
	put(&visitor, GOOD_ANSWERS);
}

static struct answer complete_session(void)
{
	return try_complete(visitor.who, visitor.id);
}

static int64_t sessions_completed(void)
{
	return made_for_session(
		arena_printf(test_world.arena,
			     "consumer.session m JOIN consumer.attempt a ON a.tenant_id = "
			     "m.tenant_id AND a.session_id = m.id WHERE m.id = '%s' AND m.status = "
			     "'completed'",
			     visitor.id),
		"session.completed");
}

static const struct fault_case completion = {
	.prepare = answer_questions,
	.ask = complete_session,
	.effects = sessions_completed,
	.whole = 2,
};

Test(faults, a_screener_is_completed_once_and_told_once, .timeout = 120, .fini = world_stop)
{
	world_start();
	program_of_code = a_program();
	fault_every_statement(&completion);
}

Test(faults, a_screener_is_completed_once_whatever_allocation_fails, .timeout = 120,
     .fini = world_stop)
{
	world_start();
	program_of_code = a_program();
	fault_every_allocation(&completion);
}

static int64_t issued_before;

static int64_t issued_of_budget(void)
{
	return test_count("SELECT coalesce(sum(issued), 0) FROM consumer.budget WHERE program_id = "
			  "'%s'",
			  program_of_code.id);
}

static void complete_screener(unsigned round)
{
	visitor = an_eligible_visitor(&program_of_code);
	key = arena_printf(test_world.arena, "key-%u", round);
	issued_before = issued_of_budget();
}

static struct answer issue(void)
{
	return try_issue(visitor.who, visitor.id, key, "");
}

static int64_t codes_issued(void)
{
	return made_for_session(arena_printf(test_world.arena,
					     "consumer.code m WHERE m.session_id = '%s'",
					     visitor.id),
				"code.issued") +
	       issued_of_budget() - issued_before;
}

/* The code, what audit is told, and one less in the budget. */
static const struct fault_case issuance = {
	.prepare = complete_screener,
	.ask = issue,
	.effects = codes_issued,
	.whole = 3,
};

Test(faults, a_code_is_issued_once_and_counted_once, .timeout = 120, .fini = world_stop)
{
	world_start();
	program_of_code = a_program(.budget = 100000);
	fault_every_statement(&issuance);
}

/* Whether the program still issues is asked of its daemon. */
Test(faults, a_code_is_issued_once_whichever_message_to_program_is_lost, .timeout = 120,
     .fini = world_stop)
{
	world_start();
	program_of_code = a_program(.budget = 100000);
	fault_every_message(&issuance);
}
