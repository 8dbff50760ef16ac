#include "contract/time.h"
#include "program/program.h"

struct status program_list_reference_tables(struct rpc_call *call,
					    const Program__ListReferenceTablesRequest *req,
					    Program__ListReferenceTablesResponse *resp)
{
	struct q_table_info_row *rows;
	size_t n;

	(void)req;
	TRY(q_list_tables(call->tx, &rows, &n));
	resp->tables = arena_array_of(call->arena, Program__ReferenceTableInfo *, n);
	for (size_t i = 0; i < n; i++) {
		Program__ReferenceTableInfo *out =
			arena_new_of(call->arena, Program__ReferenceTableInfo);

		program__reference_table_info__init(out);
		out->sha256 = rows[i].sha256;
		out->name = rows[i].name;
		out->bytes = rows[i].bytes;
		out->created_at = pb_timestamp(call->arena, rows[i].created_at);
		resp->tables[resp->n_tables++] = out;
	}
	return OK;
}
