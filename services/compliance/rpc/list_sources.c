#include "compliance/compliance.h"
#include "svc/kit/pb.h"

static struct status read_sources(struct rpc_call *call, void *arg)
{
	Compliance__ListSourcesResponse *resp = arg;
	struct q_source_row *rows;
	size_t n;

	TRY(q_list_sources(call->tx, call->principal->kind == PRINCIPAL_ADMIN,
			   call->principal->tenant, &rows, &n));
	resp->n_sources = n;
	resp->sources = pb_array(call->arena, &compliance__source__descriptor, n);
	for (size_t i = 0; i < n; i++)
		source_to_proto(call->arena, &rows[i], resp->sources[i]);
	return OK;
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
