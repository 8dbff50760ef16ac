#include "counter.h"

#include "support/svc_test_internal.h"

static const char *const both_scopes[] = {"codes:verify", "codes:redeem", NULL};

const struct caller *partner_of(struct uuid tenant, const char *name)
{
	struct caller *caller = arena_memdup(
		test_world.arena, as_key(tenant, PRINCIPAL_PARTNER_KEY, name, both_scopes),
		sizeof *caller);

	caller->principal.expires_at = 0;
	return caller;
}

const struct caller *corner(void)
{
	return partner_of(acme, "corner");
}

struct answer try_validate(const struct caller *who, const char *code)
{
	Consumer__ValidateCodeRequest request = CONSUMER__VALIDATE_CODE_REQUEST__INIT;

	request.code = code;
	return ask(who, "ValidateCode", &request);
}

Consumer__RedeemCodeRequest redemption(const char *code, const char *transaction)
{
	Consumer__RedeemCodeRequest request = CONSUMER__REDEEM_CODE_REQUEST__INIT;

	request.code = code;
	request.terminal_id = "till-1";
	request.transaction_id = transaction;
	return request;
}

static unsigned keys_made;

const struct caller *fresh(const struct caller *who)
{
	return with_key(who, arena_printf(test_world.arena, "key-%u", keys_made++));
}

struct answer try_redeem(const struct caller *who, const char *code, const char *transaction)
{
	Consumer__RedeemCodeRequest request = redemption(code, transaction);

	return ask(fresh(who), "RedeemCode", &request);
}

struct answer try_reserve(const struct caller *who, const char *code, const char *transaction)
{
	Consumer__ReserveCodeRequest request = CONSUMER__RESERVE_CODE_REQUEST__INIT;

	request.code = code;
	request.terminal_id = "till-1";
	request.transaction_id = transaction;
	return ask(fresh(who), "ReserveCode", &request);
}

struct answer try_roll_back(const struct caller *who, const char *code, const char *transaction)
{
	Consumer__RollBackCodeRequest request = CONSUMER__ROLL_BACK_CODE_REQUEST__INIT;

	request.code = code;
	request.transaction_id = transaction;
	return ask(fresh(who), "RollBackCode", &request);
}
