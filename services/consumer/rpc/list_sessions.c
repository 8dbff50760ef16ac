#include "base/page_token.h"
#include "consumer/session.h"
#include "contract/time.h"

/* Without answers and reasons. */
static Consumer__Session *head_to_proto(struct rpc_call *call, const struct q_session_head_row *row)
{
	Consumer__Session *out = arena_new_of(call->arena, Consumer__Session);

	consumer__session__init(out);
	out->id = uuid_text(call->arena, row->id);
	out->status = session_status(row->status, row->expires_at, call->now);
	out->program_id = uuid_text(call->arena, row->program_id);
	out->screener_version = row->screener_version;
	out->screener_hash = row->content_hash;
	out->locale = row->locale;
	out->created_at = pb_timestamp(call->arena, row->created_at);
	out->completed_at = pb_timestamp_opt(call->arena, row->completed_at);
	out->expires_at = pb_timestamp(call->arena, row->expires_at);
	out->code_issued = row->code_issued;
	if (row->outcome) {
		out->outcome = arena_new_of(call->arena, Consumer__Outcome);
		consumer__outcome__init(out->outcome);
		out->outcome->id = row->outcome;
		out->outcome->may_issue_code = row->may_issue_code;
	}
	return out;
}

struct status consumer_list_sessions(struct rpc_call *call,
				     const Consumer__ListSessionsRequest *req,
				     Consumer__ListSessionsResponse *resp)
{
	struct page_key last[2] = {PAGE_INT(INSTANT_MAX), PAGE_UUID((struct uuid){})};
	struct uuid program = consumer_id(req->program_id);
	struct q_session_head_row *rows;
	uint64_t filter = page_filter("ListSessions");
	uint32_t size;
	size_t n;

	filter = page_filter_text(page_filter_text(filter, req->program_id), req->status);
	TRY(page_size_of(req->page_size, &size));
	TRY(page_token_parse(call->arena, req->page_token, filter, last, 2));
	TRY(q_screening_page(call->tx, &rows, &n, .program_id = *req->program_id ? &program : NULL,
			     .status = *req->status ? req->status : NULL, .now = call->now,
			     .last_created = last[0].n, .last_id = last[1].id,
			     .page_rows = (int64_t)size + 1));
	resp->sessions = arena_array_of(call->arena, Consumer__Session *, n);
	for (size_t i = 0; i < n && i < size; i++)
		resp->sessions[resp->n_sessions++] = head_to_proto(call, &rows[i]);
	if (n > size)
		resp->next_page_token =
			page_token_format(call->arena, filter,
					  (struct page_key[]){PAGE_INT(rows[size - 1].created_at),
							      PAGE_UUID(rows[size - 1].id)},
					  2);
	return OK;
}
