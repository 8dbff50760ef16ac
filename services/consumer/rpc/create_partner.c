#include "consumer/partner.h"

struct status consumer_create_partner(struct rpc_call *call,
				      const Consumer__CreatePartnerRequest *req,
				      Consumer__Partner *resp)
{
	struct q_partner_row new = {.id = uuid_v7(call->now)}, *row;

	TRY(q_partner_from(call->arena, req->partner, NULL, &new));
	TRY(q_insert_partner(call->tx, new, call->principal->id, call->now, &row));
	TRY(q_partner_fill(call->arena, row, resp));
	return emit_partner(call, "partner.created", NULL, resp);
}
