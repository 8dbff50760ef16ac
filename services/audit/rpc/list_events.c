#include "audit/audit.h"
#include "contract/time.h"
#include "svc/kit/list_page.h"

struct found {
	struct q_entry_row *rows;
	size_t n;
};

static struct status find(struct rpc_call *call, const Audit__ListEventsRequest *req,
			  const struct list_page *page, struct found *found)
{
	const struct uuid *actor = pb_uuid_opt(call->arena, req->actor_id);
	const struct uuid *target = pb_uuid_opt(call->arena, req->target_id);
	const instant *after = pb_instant_opt(call->arena, req->occurred_after);
	const instant *before = pb_instant_opt(call->arena, req->occurred_before);
	int64_t last = page->last[0].n;

	if (actor)
		return q_actor_page(
			call->tx, &found->rows, &found->n, .last_idx = last, .actor_id = *actor,
			.action = req->action, .target_kind = req->target_kind, .target_id = target,
			.occurred_after = after, .occurred_before = before, .page_rows = page->ask);
	if (target)
		return q_target_page(call->tx, &found->rows, &found->n, .last_idx = last,
				     .target_id = *target, .action = req->action,
				     .target_kind = req->target_kind, .occurred_after = after,
				     .occurred_before = before, .page_rows = page->ask);
	return q_entry_page(call->tx, &found->rows, &found->n, .last_idx = last,
			    .action = req->action, .target_kind = req->target_kind,
			    .occurred_after = after, .occurred_before = before,
			    .page_rows = page->ask);
}

struct status audit_list_events(struct rpc_call *call, const Audit__ListEventsRequest *req,
				Audit__ListEventsResponse *resp)
{
	struct list_page page;
	struct found found;
	size_t n;

	TRY(list_page_open(call, &req->base, &PAGE_INT(INT64_MAX), 1, &page));
	TRY(find(call, req, &page, &found));
	n = list_page_cut(&page, found.n);
	TRY(q_entry_list(call->arena, found.rows, n, &resp->n_events, &resp->events));
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(found.rows[n - 1].idx));
	return OK;
}
