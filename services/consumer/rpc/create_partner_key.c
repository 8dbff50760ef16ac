#include "consumer/partner.h"
#include "contract/time.h"
#include "crypto/bearer.h"
#include "crypto/hash.h"

static struct status insert_key(struct rpc_call *call, const Consumer__PartnerKey *in,
				struct uuid partner, const struct bearer *bearer,
				struct q_partner_key_row **row)
{
	uint8_t hash[BEARER_HASH_BYTES];

	bearer_hash(hash, bearer);
	return q_insert_partner_key(
		call->tx, row, .id = bearer->id, .partner_id = partner, .name = in->name,
		.scopes = ((struct text_list){(const char *const *)in->scopes, in->n_scopes}),
		.secret_hash = ((struct str){(char *)hash, sizeof hash}),
		.expires_at = pb_instant_opt(call->arena, in->expires_at),
		.actor = call->principal->id, .now = call->now);
}

/* The partner's row is locked, so that two cannot both take the last place. */
struct status consumer_create_partner_key(struct rpc_call *call,
					  const Consumer__CreatePartnerKeyRequest *req,
					  Consumer__CreatePartnerKeyResponse *resp)
{
	char *secret = arena_alloc(call->arena, BEARER_TEXT);
	struct q_partner_key_row *row;
	struct q_partner_row *partner;
	struct q_tally_row *live;
	struct bearer bearer;

	if (req->key->expires_at && pb_instant(req->key->expires_at) <= call->now)
		return call_field_error(call, "key.expires_at", "PAST", "must be in the future");
	TRY(q_lock_partner(call->tx, pb_uuid(req->partner_id), &partner));
	if (!partner)
		return FAIL(PARTNER_NOT_FOUND);
	TRY(q_live_keys(call->tx, partner->id, call->now, &live));
	if (live->n >= PARTNER_KEYS_MAX)
		return FAIL(KEY_LIMIT);
	bearer = bearer_new("aeg_live", call->tenant, uuid_v7(call->now));
	TRY(insert_key(call, req->key, partner->id, &bearer, &row));
	bearer_format(secret, &bearer);
	crypto_wipe(&bearer, sizeof bearer);
	resp->key = arena_new_of(call->arena, Consumer__PartnerKey);
	consumer__partner_key__init(resp->key);
	TRY(q_partner_key_fill(call->arena, row, resp->key));
	resp->secret = secret;
	return emit_partner_key(call, "partner_key.created", NULL, resp->key);
}
