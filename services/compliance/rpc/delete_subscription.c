#include "compliance/compliance.h"

struct status compliance_delete_subscription(struct rpc_call *call,
					     const Compliance__DeleteSubscriptionRequest *req,
					     Compliance__DeleteSubscriptionResponse *resp)
{
	struct q_subscription_row *row;

	(void)resp;
	TRY(q_delete_subscription(call->tx, pb_uuid(req->id), &row));
	if (!row)
		return FAIL(NOT_FOUND, "SUBSCRIPTION_NOT_FOUND");
	svc_emit(call, &(struct event_out){.action = "subscription.deleted",
					   .target_kind = "subscription",
					   .target_id = row->id,
					   .before = subscription_json(call->arena, row)});
	return OK;
}
