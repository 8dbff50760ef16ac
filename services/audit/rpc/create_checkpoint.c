#include "audit/audit.h"

struct status audit_create_checkpoint(struct rpc_call *call,
				      const Audit__CreateCheckpointRequest *req,
				      Audit__Checkpoint *resp)
{
	struct q_checkpoint_row *row;

	(void)req;
	TRY(audit_sign(call, &row));
	return q_checkpoint_fill(call->arena, row, resp);
}
