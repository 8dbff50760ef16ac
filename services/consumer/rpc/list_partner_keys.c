#include "consumer/partner.h"
#include "svc/kit/pb.h"

struct status consumer_list_partner_keys(struct rpc_call *call,
					 const Consumer__ListPartnerKeysRequest *req,
					 Consumer__ListPartnerKeysResponse *resp)
{
	struct uuid id = consumer_id(req->partner_id);
	struct q_partner_key_row *rows;
	struct q_partner_row *partner;
	size_t n;

	TRY(q_partner_by_id(call->tx, id, &partner));
	if (!partner)
		return FAIL(NOT_FOUND, "PARTNER_NOT_FOUND");
	TRY(q_partner_keys(call->tx, id, &rows, &n));
	resp->n_keys = n;
	resp->keys = pb_array(call->arena, &consumer__partner_key__descriptor, n);
	for (size_t i = 0; i < n; i++)
		partner_key_to_proto(call->arena, &rows[i], resp->keys[i]);
	return OK;
}
