#include "audit/audit.h"
#include "svc/kit/list_page.h"
#include "svc/kit/pb.h"

/* A page ends early before it would grow past what a reply may carry. */
#define PAGE_BYTES ((size_t)512 * 1024)

static size_t fill_page(struct arena *arena, const struct q_leaf_row *rows, size_t n,
			Audit__ListExportEntriesResponse *resp)
{
	size_t bytes = 0, i;

	resp->entries = pb_array(arena, &audit__export_entry__descriptor, n);
	for (i = 0; i < n && (i == 0 || bytes + rows[i].leaf.len <= PAGE_BYTES); i++) {
		Audit__ExportEntry *entry = resp->entries[i];

		entry->index = rows[i].idx;
		entry->leaf = (ProtobufCBinaryData){.len = rows[i].leaf.len,
						    .data = (uint8_t *)rows[i].leaf.ptr};
		bytes += rows[i].leaf.len;
	}
	resp->n_entries = i;
	return i;
}

struct status audit_list_export_entries(struct rpc_call *call,
					const Audit__ListExportEntriesRequest *req,
					Audit__ListExportEntriesResponse *resp)
{
	uint64_t filter = page_filter_text(page_filter("ListExportEntries"), req->id);
	struct q_export_row *export;
	struct q_leaf_row *rows;
	struct uuid id = {};
	struct list_page page;
	size_t n;

	(void)uuid_parse(str_of(req->id), &id);
	TRY(list_page_open(call->arena, req->page_size, req->page_token, filter, &PAGE_INT(0), 1,
			   &page));
	TRY(q_export_by_id(call->tx, id, &export));
	if (!export)
		return FAIL(NOT_FOUND, "EXPORT_NOT_FOUND");
	TRY(q_leaves_from(call->tx, page.last[0].n, export->size, page.size, &rows, &n));
	n = fill_page(call->arena, rows, n, resp);
	if (n && rows[n - 1].idx + 1 < export->size)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].idx + 1));
	return OK;
}
