#include "audit/audit.h"
#include "contract/time.h"
#include "svc/list_page.h"
#include "svc/pb.h"

static const struct uuid *filter_id(struct arena *arena, const char *text)
{
	struct uuid *id = arena_new_of(arena, struct uuid);

	return *text && uuid_parse(str_of(text), id) ? id : NULL;
}

static uint64_t filter_of(const Audit__ListEventsRequest *req)
{
	uint64_t filter = page_filter("audit.ListEvents");

	filter = page_filter_text(filter, req->action);
	filter = page_filter_text(filter, req->actor_id);
	filter = page_filter_text(filter, req->target_kind);
	filter = page_filter_text(filter, req->target_id);
	filter = page_filter_int(filter, pb_instant(req->occurred_after));
	return page_filter_int(filter, pb_instant(req->occurred_before));
}

struct status audit_list_events(struct rpc_call *call, const Audit__ListEventsRequest *req,
				Audit__ListEventsResponse *resp)
{
	uint64_t filter = filter_of(req);
	struct q_entry_row *rows;
	struct list_page page;
	size_t n;

	TRY(list_page_open(call->arena, req->page_size, req->page_token, filter,
			   &PAGE_INT(INT64_MAX), 1, &page));
	TRY(q_entry_page(call->tx, &rows, &n, .last_idx = page.last[0].n, .action = req->action,
			 .actor_id = filter_id(call->arena, req->actor_id),
			 .target_kind = req->target_kind,
			 .target_id = filter_id(call->arena, req->target_id),
			 .occurred_after = pb_instant_opt(call->arena, req->occurred_after),
			 .occurred_before = pb_instant_opt(call->arena, req->occurred_before),
			 .page_rows = page.ask));
	n = list_page_cut(&page, n);
	resp->n_events = n;
	resp->events = pb_array(call->arena, &audit__audit_event__descriptor, n);
	for (size_t i = 0; i < n; i++)
		event_to_proto(call->arena, &rows[i], resp->events[i]);
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].idx));
	return OK;
}
