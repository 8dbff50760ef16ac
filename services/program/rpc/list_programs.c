#include "base/page_token.h"
#include "program/program.h"

struct status program_list_programs(struct rpc_call *call, const Program__ListProgramsRequest *req,
				    Program__ListProgramsResponse *resp)
{
	struct page_key last[2] = {PAGE_INT(INSTANT_MAX), PAGE_UUID((struct uuid){})};
	uint64_t filter = page_filter_text(page_filter("ListPrograms"), req->status);
	struct q_program_row *rows;
	uint32_t size;
	size_t n;

	TRY(page_size_of(req->page_size, &size));
	TRY(page_token_parse(call->arena, req->page_token, filter, last, 2));
	TRY(q_program_page(call->tx, &rows, &n, .status = req->status, .last_created = last[0].n,
			   .last_id = last[1].id, .page_rows = (int64_t)size + 1));
	resp->programs = arena_array_of(call->arena, Program__Program *, n);
	for (size_t i = 0; i < n && i < size; i++) {
		resp->programs[i] = arena_new_of(call->arena, Program__Program);
		program__program__init(resp->programs[i]);
		program_to_proto(call->arena, &rows[i], resp->programs[i]);
		resp->n_programs++;
	}
	if (n > size)
		resp->next_page_token =
			page_token_format(call->arena, filter,
					  (struct page_key[]){PAGE_INT(rows[size - 1].created_at),
							      PAGE_UUID(rows[size - 1].id)},
					  2);
	return OK;
}
