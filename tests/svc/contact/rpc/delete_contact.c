#include "svc/kit/change.h"
#include "tenant/tenant.h"

struct status tenant_delete_contact(struct rpc_call *call, const Tenant__DeleteContactRequest *req,
				    Tenant__DeleteContactResponse *resp)
{
	Tenant__Contact before = TENANT__CONTACT__INIT;
	struct q_contact_row *old;

	(void)resp;
	TRY(q_delete_contact(call->tx, pb_uuid(req->id), &old));
	if (!old)
		return FAIL(CONTACT_NOT_FOUND);
	TRY(q_contact_fill(call->arena, old, &before));
	return svc_emit_change(
		call, "contact.deleted",
		&(struct change_out){.resource = &tenant__contact__info, .before = &before});
}
