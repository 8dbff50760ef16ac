#include "consumer/session.h"

struct status consumer_get_trace(struct rpc_call *call, const Consumer__GetTraceRequest *req,
				 Consumer__Trace *resp)
{
	struct q_session_row *row;
	struct attempt attempt;

	TRY(session_find(call, pb_uuid(req->id), &row));
	TRY(attempt_last(call, row, &attempt));
	emit_session_read(call, "session.trace_read", row, (struct str){});
	resp->session_id = uuid_text(call->arena, row->id);
	resp->screener_hash = row->content_hash;
	resp->trace = pb_bytes(attempt.trace);
	return OK;
}
