#include "base/page_token.h"
#include "compliance/compliance.h"

struct status compliance_list_events(struct rpc_call *call,
				     const Compliance__ListEventsRequest *req,
				     Compliance__ListEventsResponse *resp)
{
	struct page_key last[2] = {PAGE_INT(INSTANT_MAX), PAGE_UUID((struct uuid){})};
	uint64_t filter = page_filter_text(page_filter("compliance.ListEvents"), req->status);
	struct q_event_row *rows;
	uint32_t size;
	size_t n;

	TRY(page_size_of(req->page_size, &size));
	TRY(page_token_parse(call->arena, req->page_token, filter, last, 2));
	TRY(q_event_page(call->tx, &rows, &n, .status = req->status, .last_created = last[0].n,
			 .last_id = last[1].id, .page_rows = (int64_t)size + 1));
	resp->events = arena_array_of(call->arena, Compliance__ComplianceEvent *, n);
	for (size_t i = 0; i < n && i < size; i++) {
		resp->events[i] = arena_new_of(call->arena, Compliance__ComplianceEvent);
		compliance__compliance_event__init(resp->events[i]);
		compliance_event_to_proto(call->arena, &rows[i], resp->events[i]);
		resp->n_events++;
	}
	if (n > size)
		resp->next_page_token =
			page_token_format(call->arena, filter,
					  (struct page_key[]){PAGE_INT(rows[size - 1].created_at),
							      PAGE_UUID(rows[size - 1].id)},
					  2);
	return OK;
}
