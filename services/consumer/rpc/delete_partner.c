#include "consumer/partner.h"

/* Its keys stop with it: a key counts only while its partner is there. */
struct status consumer_delete_partner(struct rpc_call *call,
				      const Consumer__DeletePartnerRequest *req,
				      Consumer__DeletePartnerResponse *resp)
{
	struct q_partner_row *old;

	(void)resp;
	TRY(q_lock_partner(call->tx, pb_uuid(req->id), &old));
	if (!old)
		return FAIL(PARTNER_NOT_FOUND);
	TRY(q_delete_partner(call->tx, old->id, call->principal->id, call->now));
	return emit_partner(call, "partner.deleted", old, NULL);
}
