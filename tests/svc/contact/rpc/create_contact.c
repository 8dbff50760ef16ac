#include "svc/kit/change.h"
#include "tenant/tenant.h"

struct status tenant_create_contact(struct rpc_call *call, const Tenant__CreateContactRequest *req,
				    Tenant__Contact *resp)
{
	struct q_contact_row *row, new = {.id = uuid_v7(call->now)};

	TRY(q_contact_from(call->arena, req->contact, NULL, &new));
	TRY(q_insert_contact(call->tx, new, call->principal->id, call->now, &row));
	TRY(q_contact_fill(call->arena, row, resp));
	return svc_emit_change(
		call, "contact.created",
		&(struct change_out){.resource = &tenant__contact__info, .after = resp});
}
