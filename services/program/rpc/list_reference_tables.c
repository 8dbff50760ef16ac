#include "program/program.h"

struct status program_list_reference_tables(struct rpc_call *call,
					    const Program__ListReferenceTablesRequest *req,
					    Program__ListReferenceTablesResponse *resp)
{
	struct q_table_info_row *rows;
	size_t n;

	(void)req;
	TRY(q_list_tables(call->tx, &rows, &n));
	return q_table_info_list(call->arena, rows, n, &resp->n_tables, &resp->tables);
}
