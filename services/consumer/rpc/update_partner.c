#include "consumer/partner.h"
#include "contract/mask.h"

static struct status check_mask(struct rpc_call *call, const Consumer__UpdatePartnerRequest *req)
{
	static const char *const writable[] = {"name", "kind", "active", "version", NULL};

	TRY(call_check_mask(call, req->update_mask, "partner", writable));
	if (mask_has(req->update_mask, "name") && !*req->partner->name)
		return call_field_error(call, "partner.name", "REQUIRED", "must not be empty");
	return OK;
}

struct status consumer_update_partner(struct rpc_call *call,
				      const Consumer__UpdatePartnerRequest *req,
				      Consumer__Partner *resp)
{
	const Consumer__Partner *in = req->partner;
	struct q_partner_row *row, changed;

	TRY(check_mask(call, req));
	TRY(q_lock_partner(call->tx, pb_uuid(req->id), &row));
	if (!row)
		return FAIL(PARTNER_NOT_FOUND);
	if (in->version != 0 && in->version != row->version)
		return FAIL(VERSION_CONFLICT);
	changed = *row;
	TRY(q_partner_from(call->arena, in, req->update_mask, &changed));
	TRY(q_update_partner(call->tx, changed, call->principal->id, call->now, &row));
	emit_partner(call, "partner.updated", row);
	return q_partner_fill(call->arena, row, resp);
}
