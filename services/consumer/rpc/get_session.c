#include "consumer/copy.h"
#include "consumer/session.h"

/* What staff reads is noted; a consumer's look at their own answers is not. */
struct status consumer_get_session(struct rpc_call *call, const Consumer__GetSessionRequest *req,
				   Consumer__Session *resp)
{
	struct screener_entry *entry SCREENER_HELD = NULL;
	struct q_session_row *row;
	struct uuid id;

	TRY(session_admit(call, req->id, &id));
	TRY(session_find(call, id, &row));
	TRY(copy_load(call, row->content_hash, &entry));
	if (call->principal->kind != PRINCIPAL_SESSION)
		emit_session_read(call, "session.read", row, (struct str){});
	return session_to_proto(call, row, entry, resp);
}
