#include "compliance/compliance.h"

static struct status read_sources(struct rpc_call *call, void *arg)
{
	Compliance__ListSourcesResponse *resp = arg;
	struct q_source_row *rows;
	size_t n;

	TRY(q_list_sources(call->tx, &rows, &n));
	resp->sources = arena_array_of(call->arena, Compliance__Source *, n);
	for (size_t i = 0; i < n; i++) {
		resp->sources[i] = arena_new_of(call->arena, Compliance__Source);
		compliance__source__init(resp->sources[i]);
		source_to_proto(call->arena, &rows[i], resp->sources[i]);
		resp->n_sources++;
	}
	return OK;
}

/* An administrator has no tenant, a user has: the sources are the same for both. */
struct status compliance_list_sources(struct rpc_call *call,
				      const Compliance__ListSourcesRequest *req,
				      Compliance__ListSourcesResponse *resp)
{
	(void)req;
	return tx_run_as(call, svc_platform_tenant, read_sources, resp);
}
