#include "contract/time.h"
#include "program/program.h"
#include "svc/kit/pb.h"

struct status program_list_reference_tables(struct rpc_call *call,
					    const Program__ListReferenceTablesRequest *req,
					    Program__ListReferenceTablesResponse *resp)
{
	struct q_table_info_row *rows;
	size_t n;

	(void)req;
	TRY(q_list_tables(call->tx, &rows, &n));
	resp->n_tables = n;
	resp->tables = pb_array(call->arena, &program__reference_table_info__descriptor, n);
	for (size_t i = 0; i < n; i++) {
		Program__ReferenceTableInfo *out = resp->tables[i];

		out->sha256 = rows[i].sha256;
		out->name = rows[i].name;
		out->bytes = rows[i].bytes;
		out->created_at = pb_timestamp(call->arena, rows[i].created_at);
	}
	return OK;
}
