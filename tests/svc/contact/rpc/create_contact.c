#include "tenant/tenant.h"

struct status tenant_create_contact(struct rpc_call *call, const Tenant__CreateContactRequest *req,
				    Tenant__Contact *resp)
{
	struct q_contact_row *row, new = {.id = uuid_v7(call->now)};

	TRY(q_contact_from(call->arena, req->contact, NULL, &new));
	TRY(q_insert_contact(call->tx, new, call->principal->id, call->now, &row));
	svc_emit(call, &(struct event_out){.action = "contact.created",
					   .target_kind = "contact",
					   .target_id = row->id,
					   .target_version = row->version});
	return q_contact_fill(call->arena, row, resp);
}
