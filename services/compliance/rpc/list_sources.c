#include "compliance/compliance.h"

static struct status read_sources(struct rpc_call *call, void *arg)
{
	Compliance__ListSourcesResponse *resp = arg;
	struct q_source_row *rows;
	size_t n;

	TRY(q_list_sources(call->tx, call->principal->kind == PRINCIPAL_ADMIN,
			   call->principal->tenant, &rows, &n));
	return q_source_list(call->arena, rows, n, &resp->n_sources, &resp->sources);
}

/*
 * An administrator has no tenant and sees all sources; a user sees the ones for everybody
 * and for their own organization.
 */
struct status compliance_list_sources(struct rpc_call *call,
				      const Compliance__ListSourcesRequest *req,
				      Compliance__ListSourcesResponse *resp)
{
	(void)req;
	return tx_run_as(call, svc_platform_tenant, read_sources, resp);
}
