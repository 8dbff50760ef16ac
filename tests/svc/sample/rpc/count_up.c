#include "sample/note.h"

struct status sample_count_up(struct rpc_call *call, const Sample__CountUpRequest *req,
			      Sample__CountUpResponse *resp)
{
	struct q_counter_row *row;

	(void)req;
	TRY(q_counter(call->tx, &row));
	resp->value = row ? row->value + 1 : 1;
	return q_put_counter(call->tx, resp->value);
}
