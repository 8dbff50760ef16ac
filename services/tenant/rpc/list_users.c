#include "svc/kit/list_page.h"
#include "svc/kit/pb.h"
#include "tenant/tenant.h"

struct status tenant_list_users(struct rpc_call *call, const Tenant__ListUsersRequest *req,
				Tenant__ListUsersResponse *resp)
{
	uint64_t filter = page_filter("ListUsers");
	struct q_member_row *rows;
	struct list_page page;
	size_t n;

	TRY(list_page_open_newest(call->arena, req->page_size, req->page_token, filter, &page));
	TRY(q_member_page(call->tx, page.last[0].n, page.last[1].id, page.ask, &rows, &n));
	n = list_page_cut(&page, n);
	resp->n_users = n;
	resp->users = pb_array(call->arena, &tenant__member__descriptor, n);
	for (size_t i = 0; i < n; i++)
		member_to_proto(call->arena, &rows[i], resp->users[i]);
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].created_at),
							PAGE_UUID(rows[n - 1].id));
	return OK;
}
