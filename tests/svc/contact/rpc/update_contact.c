#include "tenant/tenant.h"

struct status tenant_update_contact(struct rpc_call *call, const Tenant__UpdateContactRequest *req,
				    Tenant__Contact *resp)
{
	struct q_contact_row *row, changed;

	TRY(q_lock_contact(call->tx, pb_uuid(req->id), &row));
	if (!row)
		return FAIL(CONTACT_NOT_FOUND);
	changed = *row;
	TRY(q_contact_from(call->arena, req->contact, req->update_mask, &changed));
	TRY(q_update_contact(call->tx, &row, .contact = changed,
			     .expected_version = req->contact->version,
			     .actor = call->principal->id, .now = call->now));
	if (!row)
		return FAIL(VERSION_CONFLICT);
	svc_emit(call, &(struct event_out){.action = "contact.updated",
					   .target_kind = "contact",
					   .target_id = row->id,
					   .target_version = row->version});
	return q_contact_fill(call->arena, row, resp);
}
