#include "consumer/partner.h"
#include "contract/mask.h"

struct status consumer_update_partner(struct rpc_call *call,
				      const Consumer__UpdatePartnerRequest *req,
				      Consumer__Partner *resp)
{
	const Consumer__Partner *in = req->partner;
	bool active = in->active;
	struct q_partner_row *row;

	TRY(q_lock_partner(call->tx, consumer_id(req->id), &row));
	if (!row)
		return FAIL(NOT_FOUND, "PARTNER_NOT_FOUND");
	if (in->version != 0 && in->version != row->version)
		return FAIL(ABORTED, "VERSION_CONFLICT");
	TRY(q_update_partner(
		call->tx, &row, .id = row->id,
		.name = mask_has(req->update_mask, "name") ? in->name : NULL,
		.kind = mask_has(req->update_mask, "kind") ? partner_kind_text(in->kind) : NULL,
		.active = mask_has(req->update_mask, "active") ? &active : NULL,
		.actor = call->principal->id, .now = call->now));
	emit_partner(call, "partner.updated", row);
	partner_to_proto(call->arena, row, resp);
	return OK;
}
