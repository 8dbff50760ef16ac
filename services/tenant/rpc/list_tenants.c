#include "svc/kit/list_page.h"
#include "svc/kit/pb.h"
#include "tenant/tenant.h"

struct status tenant_list_tenants(struct rpc_call *call, const Tenant__ListTenantsRequest *req,
				  Tenant__ListTenantsResponse *resp)
{
	uint64_t filter = page_filter("ListTenants");
	struct q_directory_row *rows;
	struct list_page page;
	size_t n;

	TRY(list_page_open_newest(call->arena, req->page_size, req->page_token, filter, &page));
	TRY(q_directory_page(call->tx, page.last[0].n, page.last[1].id, page.ask, &rows, &n));
	n = list_page_cut(&page, n);
	resp->n_tenants = n;
	resp->tenants = pb_array(call->arena, &tenant__tenant__descriptor, n);
	for (size_t i = 0; i < n; i++)
		directory_to_proto(call->arena, &rows[i], resp->tenants[i]);
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].created_at),
							PAGE_UUID(rows[n - 1].id));
	return OK;
}
