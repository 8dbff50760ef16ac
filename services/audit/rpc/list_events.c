#include "audit/audit.h"
#include "base/page_token.h"
#include "contract/time.h"

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
	struct page_key last[1] = {PAGE_INT(INT64_MAX)};
	uint64_t filter = filter_of(req);
	struct q_entry_row *rows;
	uint32_t size;
	size_t n;

	TRY(page_size_of(req->page_size, &size));
	TRY(page_token_parse(call->arena, req->page_token, filter, last, 1));
	TRY(q_entry_page(call->tx, &rows, &n, .last_idx = last[0].n, .action = req->action,
			 .actor_id = filter_id(call->arena, req->actor_id),
			 .target_kind = req->target_kind,
			 .target_id = filter_id(call->arena, req->target_id),
			 .occurred_after = pb_instant_opt(call->arena, req->occurred_after),
			 .occurred_before = pb_instant_opt(call->arena, req->occurred_before),
			 .page_rows = (int64_t)size + 1));
	resp->events = arena_array_of(call->arena, Audit__AuditEvent *, n);
	for (size_t i = 0; i < n && i < size; i++) {
		resp->events[i] = arena_new_of(call->arena, Audit__AuditEvent);
		audit__audit_event__init(resp->events[i]);
		event_to_proto(call->arena, &rows[i], resp->events[i]);
		resp->n_events++;
	}
	if (n > size)
		resp->next_page_token = page_token_format(
			call->arena, filter, (struct page_key[]){PAGE_INT(rows[size - 1].idx)}, 1);
	return OK;
}
