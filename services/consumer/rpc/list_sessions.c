#include "consumer/session.h"
#include "svc/kit/list_page.h"

static struct status show(struct rpc_call *call, const struct q_session_head_row *row,
			  Consumer__SessionSummary *out)
{
	TRY(q_session_head_fill(call->arena, row, out));
	out->status = session_status(out->status, row->expires_at, call->now);
	if (row->outcome) {
		out->outcome = arena_new_of(call->arena, Consumer__OutcomeSummary);
		consumer__outcome_summary__init(out->outcome);
		out->outcome->id = row->outcome;
		out->outcome->may_issue_code = row->may_issue_code;
	}
	return OK;
}

struct status consumer_list_sessions(struct rpc_call *call,
				     const Consumer__ListSessionsRequest *req,
				     Consumer__ListSessionsResponse *resp)
{
	struct q_session_head_row *rows;
	struct list_page page;
	size_t n;

	TRY(list_page_open_newest(call, &req->base, &page));
	TRY(q_screening_page(
		call->tx, &rows, &n, .program_id = pb_uuid_opt(call->arena, req->program_id),
		.status = *req->status ? req->status : NULL, .now = call->now,
		.last_created = page.last[0].n, .last_id = page.last[1].id, .page_rows = page.ask));
	n = list_page_cut(&page, n);
	resp->n_sessions = n;
	resp->sessions = pb_array(call->arena, &consumer__session_summary__descriptor, n);
	for (size_t i = 0; i < n; i++)
		TRY(show(call, &rows[i], resp->sessions[i]));
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].created_at),
							PAGE_UUID(rows[n - 1].id));
	return OK;
}
