#include "compliance/compliance.h"
#include "svc/kit/change.h"

struct status compliance_delete_subscription(struct rpc_call *call,
					     const Compliance__DeleteSubscriptionRequest *req,
					     Compliance__DeleteSubscriptionResponse *resp)
{
	Compliance__Subscription before = COMPLIANCE__SUBSCRIPTION__INIT;
	struct q_subscription_row *row;

	(void)resp;
	TRY(q_delete_subscription(call->tx, pb_uuid(req->id), &row));
	if (!row)
		return FAIL(SUBSCRIPTION_NOT_FOUND);
	TRY(q_subscription_fill(call->arena, row, &before));
	return svc_emit_change(call, "subscription.deleted",
			       &(struct change_out){.resource = &compliance__subscription__info,
						    .before = &before});
}
