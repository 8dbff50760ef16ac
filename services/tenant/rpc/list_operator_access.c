#include "tenant/grant.h"

struct status tenant_list_operator_access(struct rpc_call *call,
					  const Tenant__ListOperatorAccessRequest *req,
					  Tenant__ListOperatorAccessResponse *resp)
{
	struct grant_list list;
	struct list_page page;

	TRY(list_page_open_newest(call, &req->base, &page));
	TRY(grant_list_page(call, &call->tenant, &page, &list));
	resp->grants = list.grants;
	resp->n_grants = list.n;
	resp->next_page_token = list.next_page_token;
	return OK;
}
