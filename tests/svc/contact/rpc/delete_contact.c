#include "tenant/tenant.h"

struct status tenant_delete_contact(struct rpc_call *call, const Tenant__DeleteContactRequest *req,
				    Tenant__DeleteContactResponse *resp)
{
	struct q_contact_row *row;

	(void)resp;
	TRY(q_delete_contact(call->tx, pb_uuid(req->id), &row));
	if (!row)
		return FAIL(CONTACT_NOT_FOUND);
	svc_emit(call, &(struct event_out){.action = "contact.deleted",
					   .target_kind = "contact",
					   .target_id = row->id,
					   .target_version = row->version});
	return OK;
}
