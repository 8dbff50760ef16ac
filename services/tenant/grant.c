#include "tenant/grant.h"

#include "contract/time.h"
#include "svc/kit/pb.h"

void grant_to_proto(struct rpc_call *call, const struct q_grant_row *row,
		    Tenant__BreakGlassGrant *out)
{
	out->id = uuid_text(call->arena, row->id);
	out->tenant_id = uuid_text(call->arena, row->organization_id);
	out->admin_id = uuid_text(call->arena, row->admin_id);
	out->reason = row->reason;
	out->opened_at = pb_timestamp(call->arena, row->opened_at);
	out->expires_at = pb_timestamp(call->arena, row->expires_at);
	out->ended_at = pb_timestamp_opt(call->arena, row->ended_at);
	out->open = !row->ended_at && row->expires_at > call->now;
}

struct status grant_list_page(struct rpc_call *call, const struct uuid *organization,
			      struct list_page *page, struct grant_list *out)
{
	struct q_grant_row *rows;
	size_t n;

	TRY(q_grant_page(call->tx, &rows, &n, .organization = organization,
			 .last_opened = page->last[0].n, .last_id = page->last[1].id,
			 .page_rows = page->ask));
	n = list_page_cut(page, n);
	*out = (struct grant_list){
		.grants = pb_array(call->arena, &tenant__break_glass_grant__descriptor, n),
		.n = n,
		.next_page_token = "",
	};
	for (size_t i = 0; i < n; i++)
		grant_to_proto(call, &rows[i], out->grants[i]);
	if (page->has_more)
		out->next_page_token = list_page_token(page, PAGE_INT(rows[n - 1].opened_at),
						       PAGE_UUID(rows[n - 1].id));
	return OK;
}
