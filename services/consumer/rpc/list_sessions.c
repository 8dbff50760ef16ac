#include "consumer/session.h"
#include "contract/time.h"
#include "svc/kit/list_page.h"
#include "svc/kit/pb.h"

static void head_to_proto(struct rpc_call *call, const struct q_session_head_row *row,
			  Consumer__SessionSummary *out)
{
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
		out->outcome = arena_new_of(call->arena, Consumer__OutcomeSummary);
		consumer__outcome_summary__init(out->outcome);
		out->outcome->id = row->outcome;
		out->outcome->may_issue_code = row->may_issue_code;
	}
}

struct status consumer_list_sessions(struct rpc_call *call,
				     const Consumer__ListSessionsRequest *req,
				     Consumer__ListSessionsResponse *resp)
{
	struct uuid program = consumer_id(req->program_id);
	struct q_session_head_row *rows;
	uint64_t filter = page_filter("ListSessions");
	struct list_page page;
	size_t n;

	filter = page_filter_text(page_filter_text(filter, req->program_id), req->status);
	TRY(list_page_open_newest(call->arena, req->page_size, req->page_token, filter, &page));
	TRY(q_screening_page(call->tx, &rows, &n, .program_id = *req->program_id ? &program : NULL,
			     .status = *req->status ? req->status : NULL, .now = call->now,
			     .last_created = page.last[0].n, .last_id = page.last[1].id,
			     .page_rows = page.ask));
	n = list_page_cut(&page, n);
	resp->n_sessions = n;
	resp->sessions = pb_array(call->arena, &consumer__session_summary__descriptor, n);
	for (size_t i = 0; i < n; i++)
		head_to_proto(call, &rows[i], resp->sessions[i]);
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].created_at),
							PAGE_UUID(rows[n - 1].id));
	return OK;
}
