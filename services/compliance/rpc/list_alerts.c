#include "base/page_token.h"
#include "compliance/compliance.h"
#include "contract/time.h"

struct status compliance_list_alerts(struct rpc_call *call,
				     const Compliance__ListAlertsRequest *req,
				     Compliance__ListAlertsResponse *resp)
{
	struct page_key last[2] = {PAGE_INT(INSTANT_MAX), PAGE_UUID((struct uuid){})};
	uint64_t filter = page_filter("compliance.ListAlerts");
	struct q_alert_row *rows;
	uint32_t size;
	size_t n;

	TRY(page_size_of(req->page_size, &size));
	TRY(page_token_parse(call->arena, req->page_token, filter, last, 2));
	TRY(q_alert_page(call->tx, last[0].n, last[1].id, (int64_t)size + 1, &rows, &n));
	resp->alerts = arena_array_of(call->arena, Compliance__Alert *, n);
	for (size_t i = 0; i < n && i < size; i++) {
		Compliance__Alert *out = arena_new_of(call->arena, Compliance__Alert);

		compliance__alert__init(out);
		out->id = uuid_text(call->arena, rows[i].id);
		out->event_id = uuid_text(call->arena, rows[i].event_id);
		out->channel = rows[i].channel;
		out->created_at = pb_timestamp(call->arena, rows[i].created_at);
		resp->alerts[resp->n_alerts++] = out;
	}
	if (n > size)
		resp->next_page_token =
			page_token_format(call->arena, filter,
					  (struct page_key[]){PAGE_INT(rows[size - 1].created_at),
							      PAGE_UUID(rows[size - 1].id)},
					  2);
	return OK;
}
