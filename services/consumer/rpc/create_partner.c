#include "consumer/partner.h"

struct status consumer_create_partner(struct rpc_call *call,
				      const Consumer__CreatePartnerRequest *req,
				      Consumer__Partner *resp)
{
	struct q_partner_row new = {.id = uuid_v7(call->now), .name = req->partner->name}, *row;

	TRY(pb_enum_word(&consumer__partner_kind__enum_info, (int)req->partner->kind, &new.kind));
	TRY(q_insert_partner(call->tx, new, call->principal->id, call->now, &row));
	TRY(q_partner_fill(call->arena, row, resp));
	return emit_partner(call, "partner.created", NULL, resp);
}
