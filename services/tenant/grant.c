#include "tenant/grant.h"

struct status grant_show(struct rpc_call *call, const struct q_grant_row *row,
			 Tenant__BreakGlassGrant *out)
{
	TRY(q_grant_fill(call->arena, row, out));
	out->open = !row->ended_at && row->expires_at > call->now;
	return OK;
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
		TRY(grant_show(call, &rows[i], out->grants[i]));
	if (page->has_more)
		out->next_page_token = list_page_token(page, PAGE_INT(rows[n - 1].opened_at),
						       PAGE_UUID(rows[n - 1].id));
	return OK;
}
