#include "tenant/member.h"

struct status member_lock(struct rpc_call *call, struct uuid id, bool loses_ownership,
			  struct q_member_row **member)
{
	struct q_owner_row *owners;
	struct q_member_row *row;
	size_t n;

	TRY(q_lock_owners(call->tx, &owners, &n));
	TRY(q_member_by_id(call->tx, id, &row));
	if (!row)
		return FAIL(NOT_FOUND, "USER_NOT_FOUND");
	if (loses_ownership && n == 1 && uuid_eq(owners[0].id, id))
		return FAIL(FAILED_PRECONDITION, "LAST_OWNER");
	*member = row;
	return OK;
}
