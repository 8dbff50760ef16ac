#include "program/program.h"
#include "svc/kit/list_page.h"
#include "svc/kit/pb.h"

struct status program_list_programs(struct rpc_call *call, const Program__ListProgramsRequest *req,
				    Program__ListProgramsResponse *resp)
{
	uint64_t filter = page_filter_text(page_filter("ListPrograms"), req->status);
	struct q_program_row *rows;
	struct list_page page;
	size_t n;

	TRY(list_page_open_newest(call->arena, req->page_size, req->page_token, filter, &page));
	TRY(q_program_page(call->tx, &rows, &n, .status = req->status,
			   .last_created = page.last[0].n, .last_id = page.last[1].id,
			   .page_rows = page.ask));
	n = list_page_cut(&page, n);
	resp->n_programs = n;
	resp->programs = pb_array(call->arena, &program__program__descriptor, n);
	for (size_t i = 0; i < n; i++)
		program_to_proto(call->arena, &rows[i], resp->programs[i]);
	if (page.has_more)
		resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].created_at),
							PAGE_UUID(rows[n - 1].id));
	return OK;
}
