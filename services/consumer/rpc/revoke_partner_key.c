#include "consumer/partner.h"

/* The gateway asks about a key at least once a second: so long may it live on. */
struct status consumer_revoke_partner_key(struct rpc_call *call,
					  const Consumer__RevokePartnerKeyRequest *req,
					  Consumer__RevokePartnerKeyResponse *resp)
{
	Consumer__PartnerKey revoked = CONSUMER__PARTNER_KEY__INIT;
	struct q_partner_key_row *row;
	struct q_found_row *key;

	(void)resp;
	TRY(q_revoke_partner_key(call->tx, &row, .id = pb_uuid(req->id),
				 .partner_id = pb_uuid(req->partner_id),
				 .actor = call->principal->id, .now = call->now));
	if (!row) {
		/* Revoked before: nothing happens, so nothing is told. */
		TRY(q_has_partner_key(call->tx, pb_uuid(req->id), pb_uuid(req->partner_id), &key));
		return key->found ? OK : FAIL(KEY_NOT_FOUND);
	}
	TRY(q_partner_key_fill(call->arena, row, &revoked));
	/* The statement takes no key that was revoked before. */
	row->revoked_at = NULL;
	return emit_partner_key(call, "partner_key.revoked", row, &revoked);
}
