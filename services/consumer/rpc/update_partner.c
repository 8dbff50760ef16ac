#include "consumer/partner.h"
#include "contract/mask.h"

struct status consumer_update_partner(struct rpc_call *call,
				      const Consumer__UpdatePartnerRequest *req,
				      Consumer__Partner *resp)
{
	const Consumer__Partner *in = req->partner;
	struct q_partner_row *old, *row, changed;

	TRY(q_lock_partner(call->tx, pb_uuid(req->id), &old));
	if (!old)
		return FAIL(PARTNER_NOT_FOUND);
	if (in->version != 0 && in->version != old->version)
		return FAIL(VERSION_CONFLICT);
	changed = *old;
	TRY(q_partner_from(call->arena, in, req->update_mask, &changed));
	TRY(q_update_partner(call->tx, changed, call->principal->id, call->now, &row));
	TRY(q_partner_fill(call->arena, row, resp));
	return emit_partner(call, "partner.updated", old, resp);
}
