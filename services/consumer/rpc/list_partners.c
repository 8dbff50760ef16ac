#include "base/page_token.h"
#include "consumer/partner.h"

struct status consumer_list_partners(struct rpc_call *call,
				     const Consumer__ListPartnersRequest *req,
				     Consumer__ListPartnersResponse *resp)
{
	struct page_key last[2] = {PAGE_INT(INSTANT_MAX), PAGE_UUID((struct uuid){})};
	uint64_t filter = page_filter("ListPartners");
	struct q_partner_row *rows;
	uint32_t size;
	size_t n;

	TRY(page_size_of(req->page_size, &size));
	TRY(page_token_parse(call->arena, req->page_token, filter, last, 2));
	TRY(q_partner_page(call->tx, last[0].n, last[1].id, (int64_t)size + 1, &rows, &n));
	resp->partners = arena_array_of(call->arena, Consumer__Partner *, n);
	for (size_t i = 0; i < n && i < size; i++) {
		resp->partners[i] = arena_new_of(call->arena, Consumer__Partner);
		consumer__partner__init(resp->partners[i]);
		partner_to_proto(call->arena, &rows[i], resp->partners[i]);
		resp->n_partners++;
	}
	if (n > size)
		resp->next_page_token =
			page_token_format(call->arena, filter,
					  (struct page_key[]){PAGE_INT(rows[size - 1].created_at),
							      PAGE_UUID(rows[size - 1].id)},
					  2);
	return OK;
}
