#include "consumer/partner.h"

struct status consumer_list_partner_keys(struct rpc_call *call,
					 const Consumer__ListPartnerKeysRequest *req,
					 Consumer__ListPartnerKeysResponse *resp)
{
	struct uuid id = pb_uuid(req->partner_id);
	struct q_partner_key_row *rows;
	struct q_partner_row *partner;
	size_t n;

	TRY(q_partner_by_id(call->tx, id, &partner));
	if (!partner)
		return FAIL(PARTNER_NOT_FOUND);
	TRY(q_partner_keys(call->tx, id, &rows, &n));
	return q_partner_key_list(call->arena, rows, n, &resp->n_keys, &resp->keys);
}
