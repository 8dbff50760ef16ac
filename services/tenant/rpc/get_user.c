#include "tenant/tenant.h"

struct status tenant_get_user(struct rpc_call *call, const Tenant__GetUserRequest *req,
			      Tenant__Member *resp)
{
	struct q_member_row *row;
	struct uuid id = pb_uuid(req->id);

	TRY(q_member_by_id(call->tx, id, &row));
	if (!row)
		return FAIL(USER_NOT_FOUND);
	return q_member_fill(call->arena, row, resp);
}
