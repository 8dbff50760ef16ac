#include "consumer/partner.h"

struct status consumer_get_partner(struct rpc_call *call, const Consumer__GetPartnerRequest *req,
				   Consumer__Partner *resp)
{
	struct q_partner_row *row;

	TRY(q_partner_by_id(call->tx, pb_uuid(req->id), &row));
	if (!row)
		return FAIL(PARTNER_NOT_FOUND);
	return q_partner_fill(call->arena, row, resp);
}
