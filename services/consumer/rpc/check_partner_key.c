#include "consumer/partner.h"
#include "contract/time.h"
#include "crypto/bearer.h"

/* The time of the last use is kept to the minute: most checks write nothing. */
#define TOUCH_AFTER MINUTES(1)

struct check {
	struct bearer bearer;
	Consumer__CheckPartnerKeyResponse *resp;
};

/* Only who knows the secret learns why a key does not work. */
static struct status judge(const struct check *check, const struct q_checked_key_row *row,
			   instant now)
{
	const char *kind = row && row->live ? "aeg_live" : "aeg_test";

	if (!row || row->secret_hash.len != BEARER_HASH_BYTES ||
	    !bearer_is_kind(&check->bearer, kind) ||
	    !bearer_matches(&check->bearer, (const uint8_t *)row->secret_hash.ptr))
		return FAIL(KEY_NOT_VALID);
	/* Test keys were made once, and redeemed real codes. */
	if (!row->live || row->revoked_at || !row->partner_active)
		return FAIL(KEY_REVOKED);
	if (row->expires_at && *row->expires_at <= now)
		return FAIL(KEY_EXPIRED);
	if (row->tenant_held)
		return FAIL(TENANT_SUSPENDED);
	return OK;
}

static struct status check_key(struct rpc_call *call, void *arg)
{
	struct check *check = arg;
	struct q_checked_key_row *row;

	TRY(q_key_to_check(call->tx, check->bearer.id, &row));
	TRY(judge(check, row, call->now));
	if (!row->last_used_at || *row->last_used_at + TOUCH_AFTER <= call->now)
		TRY(q_touch_key_later(call->tx, row->id, call->now));
	check->resp->key_id = uuid_text(call->arena, row->id);
	check->resp->tenant_id = uuid_text(call->arena, call->tenant);
	check->resp->partner_id = uuid_text(call->arena, row->partner_id);
	check->resp->n_scopes = row->scopes.n;
	check->resp->scopes = (const char **)row->scopes.items;
	check->resp->label = row->name;
	check->resp->expires_at = pb_timestamp_opt(call->arena, row->expires_at);
	return OK;
}

struct status consumer_check_partner_key(struct rpc_call *call,
					 const Consumer__CheckPartnerKeyRequest *req,
					 Consumer__CheckPartnerKeyResponse *resp)
{
	struct check check = {.resp = resp};

	if (!bearer_parse(str_of(req->key), &check.bearer))
		return FAIL(KEY_NOT_VALID);
	return tx_run_as(call, check.bearer.tenant, check_key, &check);
}
