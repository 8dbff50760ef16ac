#include "base/page_token.h"
#include "tenant/tenant.h"

struct status tenant_list_users(struct rpc_call *call, const Tenant__ListUsersRequest *req,
				Tenant__ListUsersResponse *resp)
{
	struct page_key last[2] = {PAGE_INT(INSTANT_MAX), PAGE_UUID((struct uuid){})};
	uint64_t filter = page_filter("ListUsers");
	struct q_member_row *rows;
	uint32_t size;
	size_t n;

	TRY(page_size_of(req->page_size, &size));
	TRY(page_token_parse(call->arena, req->page_token, filter, last, 2));
	TRY(q_member_page(call->tx, last[0].n, last[1].id, (int64_t)size + 1, &rows, &n));
	resp->users = arena_array_of(call->arena, Tenant__Member *, n);
	for (size_t i = 0; i < n && i < size; i++) {
		resp->users[i] = arena_new_of(call->arena, Tenant__Member);
		tenant__member__init(resp->users[i]);
		member_to_proto(call->arena, &rows[i], resp->users[i]);
		resp->n_users++;
	}
	if (n > size)
		resp->next_page_token =
			page_token_format(call->arena, filter,
					  (struct page_key[]){PAGE_INT(rows[size - 1].created_at),
							      PAGE_UUID(rows[size - 1].id)},
					  2);
	return OK;
}
