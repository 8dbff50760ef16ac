#include "audit/audit.h"
#include "svc/kit/list_page.h"

/* A page ends early before it would grow past what a reply may carry. */
#define PAGE_BYTES ((size_t)512 * 1024)

static struct status fill_page(struct arena *arena, const struct q_leaf_row *rows, size_t *n,
			       Audit__ListExportEntriesResponse *resp)
{
	size_t bytes = 0, fits = 0;

	while (fits < *n && (fits == 0 || bytes + rows[fits].leaf.len <= PAGE_BYTES))
		bytes += rows[fits++].leaf.len;
	*n = fits;
	return q_leaf_list(arena, rows, fits, &resp->n_entries, &resp->entries);
}

struct status audit_list_export_entries(struct rpc_call *call,
					const Audit__ListExportEntriesRequest *req,
					Audit__ListExportEntriesResponse *resp)
{
	struct q_export_row *export;
	struct q_leaf_row *rows;
	struct uuid id = pb_uuid(req->id);
	struct list_page page;
	size_t n;

	TRY(list_page_open(call, &req->base, &PAGE_INT(0), 1, &page));
	TRY(q_export_by_id(call->tx, id, &export));
	if (!export)
		return FAIL(EXPORT_NOT_FOUND);
	TRY(q_leaves_from(call->tx, page.last[0].n, export->size, page.size, &rows, &n));
	TRY(fill_page(call->arena, rows, &n, resp));
	if (n && rows[n - 1].idx + 1 < export->size)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].idx + 1));
	return OK;
}
