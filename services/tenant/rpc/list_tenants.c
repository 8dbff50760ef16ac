#include "base/page_token.h"
#include "tenant/tenant.h"

struct status tenant_list_tenants(struct rpc_call *call, const Tenant__ListTenantsRequest *req,
				  Tenant__ListTenantsResponse *resp)
{
	struct page_key last[2] = {PAGE_INT(INSTANT_MAX), PAGE_UUID((struct uuid){})};
	uint64_t filter = page_filter("ListTenants");
	struct q_directory_row *rows;
	uint32_t size;
	size_t n;

	TRY(page_size_of(req->page_size, &size));
	TRY(page_token_parse(call->arena, req->page_token, filter, last, 2));
	TRY(q_directory_page(call->tx, last[0].n, last[1].id, (int64_t)size + 1, &rows, &n));
	resp->tenants = arena_array_of(call->arena, Tenant__Tenant *, n);
	for (size_t i = 0; i < n && i < size; i++) {
		resp->tenants[i] = arena_new_of(call->arena, Tenant__Tenant);
		tenant__tenant__init(resp->tenants[i]);
		directory_to_proto(call->arena, &rows[i], resp->tenants[i]);
		resp->n_tenants++;
	}
	if (n > size)
		resp->next_page_token =
			page_token_format(call->arena, filter,
					  (struct page_key[]){PAGE_INT(rows[size - 1].created_at),
							      PAGE_UUID(rows[size - 1].id)},
					  2);
	return OK;
}
