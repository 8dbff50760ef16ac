#include "compliance/compliance.h"

struct status compliance_delete_subscription(struct rpc_call *call,
					     const Compliance__DeleteSubscriptionRequest *req,
					     Compliance__DeleteSubscriptionResponse *resp)
{
	int64_t deleted;

	(void)resp;
	TRY(q_delete_subscription(call->tx, compliance_id_of(req->id), &deleted));
	if (!deleted)
		return FAIL(NOT_FOUND, "SUBSCRIPTION_NOT_FOUND");
	svc_emit(call, &(struct event_out){.action = "subscription.deleted",
					   .target_kind = "subscription",
					   .target_id = compliance_id_of(req->id)});
	return OK;
}
