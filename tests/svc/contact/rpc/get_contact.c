#include "tenant/tenant.h"

struct status tenant_get_contact(struct rpc_call *call, const Tenant__GetContactRequest *req,
				 Tenant__Contact *resp)
{
	struct q_contact_row *row;

	TRY(q_contact_by_id(call->tx, pb_uuid(req->id), &row));
	if (!row)
		return FAIL(CONTACT_NOT_FOUND);
	return q_contact_fill(call->arena, row, resp);
}
