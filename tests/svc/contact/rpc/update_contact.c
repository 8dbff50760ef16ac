#include "svc/kit/change.h"
#include "tenant/tenant.h"

struct status tenant_update_contact(struct rpc_call *call, const Tenant__UpdateContactRequest *req,
				    Tenant__Contact *resp)
{
	Tenant__Contact before = TENANT__CONTACT__INIT;
	struct q_contact_row *old, *row, changed;

	TRY(q_lock_contact(call->tx, pb_uuid(req->id), &old));
	if (!old)
		return FAIL(CONTACT_NOT_FOUND);
	changed = *old;
	TRY(q_contact_from(call->arena, req->contact, req->update_mask, &changed));
	TRY(q_update_contact(call->tx, &row, .contact = changed,
			     .expected_version = req->contact->version,
			     .actor = call->principal->id, .now = call->now));
	if (!row)
		return FAIL(VERSION_CONFLICT);
	TRY(q_contact_fill(call->arena, old, &before));
	TRY(q_contact_fill(call->arena, row, resp));
	return svc_emit_change(call, "contact.updated",
			       &(struct change_out){.resource = &tenant__contact__info,
						    .before = &before,
						    .after = resp});
}
