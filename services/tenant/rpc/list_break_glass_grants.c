#include "tenant/grant.h"

struct status tenant_list_break_glass_grants(struct rpc_call *call,
					     const Tenant__ListBreakGlassGrantsRequest *req,
					     Tenant__ListBreakGlassGrantsResponse *resp)
{
	const struct uuid *tenant = pb_uuid_opt(call->arena, req->tenant_id);
	struct grant_list list;
	struct list_page page;

	TRY(list_page_open_newest(call, &req->base, &page));
	TRY(grant_list_page(call, tenant, &page, &list));
	resp->grants = list.grants;
	resp->n_grants = list.n;
	resp->next_page_token = list.next_page_token;
	return OK;
}
