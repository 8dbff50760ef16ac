#include "tenant/grant.h"

struct status tenant_list_break_glass_grants(struct rpc_call *call,
					     const Tenant__ListBreakGlassGrantsRequest *req,
					     Tenant__ListBreakGlassGrantsResponse *resp)
{
	uint64_t filter = page_filter_text(page_filter("ListBreakGlassGrants"), req->tenant_id);
	struct uuid tenant = {};
	struct grant_list list;
	struct list_page page;

	(void)uuid_parse(str_of(req->tenant_id), &tenant);
	TRY(list_page_open_newest(call->arena, req->page_size, req->page_token, filter, &page));
	TRY(grant_list_page(call, *req->tenant_id ? &tenant : NULL, &page, &list));
	resp->grants = list.grants;
	resp->n_grants = list.n;
	resp->next_page_token = list.next_page_token;
	return OK;
}
