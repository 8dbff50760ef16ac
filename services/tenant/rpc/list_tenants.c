#include "svc/kit/list_page.h"
#include "tenant/tenant.h"

struct status tenant_list_tenants(struct rpc_call *call, const Tenant__ListTenantsRequest *req,
				  Tenant__ListTenantsResponse *resp)
{
	struct q_directory_row *rows;
	struct list_page page;
	size_t n;

	TRY(list_page_open_newest(call, &req->base, &page));
	TRY(q_directory_page(call->tx, page.last[0].n, page.last[1].id, page.ask, &rows, &n));
	n = list_page_cut(&page, n);
	TRY(q_directory_list(call->arena, rows, n, &resp->n_tenants, &resp->tenants));
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].created_at),
							PAGE_UUID(rows[n - 1].id));
	return OK;
}
