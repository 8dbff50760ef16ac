#include "consumer/partner.h"
#include "svc/kit/list_page.h"
#include "svc/kit/pb.h"

struct status consumer_list_partners(struct rpc_call *call,
				     const Consumer__ListPartnersRequest *req,
				     Consumer__ListPartnersResponse *resp)
{
	uint64_t filter = page_filter("ListPartners");
	struct q_partner_row *rows;
	struct list_page page;
	size_t n;

	TRY(list_page_open_newest(call->arena, req->page_size, req->page_token, filter, &page));
	TRY(q_partner_page(call->tx, page.last[0].n, page.last[1].id, page.ask, &rows, &n));
	n = list_page_cut(&page, n);
	resp->n_partners = n;
	resp->partners = pb_array(call->arena, &consumer__partner__descriptor, n);
	for (size_t i = 0; i < n; i++)
		partner_to_proto(call->arena, &rows[i], resp->partners[i]);
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].created_at),
							PAGE_UUID(rows[n - 1].id));
	return OK;
}
