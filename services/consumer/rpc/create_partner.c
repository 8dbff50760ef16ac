#include "consumer/partner.h"

struct status consumer_create_partner(struct rpc_call *call,
				      const Consumer__CreatePartnerRequest *req,
				      Consumer__Partner *resp)
{
	struct q_partner_row *row;

	TRY(q_insert_partner(call->tx, &row, .id = uuid_v7(call->now), .name = req->partner->name,
			     .kind = partner_kind_text(req->partner->kind),
			     .actor = call->principal->id, .now = call->now));
	emit_partner(call, "partner.created", row);
	partner_to_proto(call->arena, row, resp);
	return OK;
}
