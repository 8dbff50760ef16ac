#include "consumer/copy.h"
#include "consumer/session.h"
#include "svc/kit/details.h"

/* The stored answers of the last attempt, evaluated again by today's engine on the attempt's day.
 */
struct status consumer_replay_session(struct rpc_call *call,
				      const Consumer__ReplaySessionRequest *req,
				      Consumer__ReplaySessionResponse *resp)
{
	struct screener_entry *entry SCREENER_HELD = NULL;
	struct details details = details_new(call->arena);
	struct strbuf trace = strbuf_new(call->arena);
	struct screener_result result;
	struct q_session_row *row;
	struct attempt attempt;

	TRY(session_find(call, pb_uuid(req->id), &row));
	TRY(attempt_last(call, row, &attempt));
	TRY(copy_load(call, row->content_hash, &entry));
	TRY(session_evaluate(call, entry, attempt.day, attempt.answers, &result));
	screener_trace_json(&result, &trace);
	resp->identical = str_eq(strbuf_str(&trace), attempt.trace);
	resp->outcome = arena_strdup(call->arena, result.outcome->id);
	details_bool(&details, "identical", resp->identical);
	emit_session_read(call, "session.replayed", row, details_end(&details));
	return OK;
}
