#include "program/program.h"

static Program__ScreenerVersion *add(struct rpc_call *call, Program__ListScreenersResponse *resp)
{
	Program__ScreenerVersion *out = arena_new_of(call->arena, Program__ScreenerVersion);

	program__screener_version__init(out);
	resp->screeners[resp->n_screeners++] = out;
	return out;
}

struct status program_list_screeners(struct rpc_call *call,
				     const Program__ListScreenersRequest *req,
				     Program__ListScreenersResponse *resp)
{
	struct uuid id = pb_uuid(req->program_id);
	struct q_program_row *program;
	struct q_version_row *versions;
	struct q_draft_row *drafts;
	size_t n_drafts, n_versions;

	TRY(q_program_by_id(call->tx, id, &program));
	if (!program)
		return FAIL(PROGRAM_NOT_FOUND);
	TRY(q_list_drafts(call->tx, id, &drafts, &n_drafts));
	TRY(q_list_versions(call->tx, id, &versions, &n_versions));
	resp->screeners =
		arena_array_of(call->arena, Program__ScreenerVersion *, n_drafts + n_versions);
	for (size_t i = 0; i < n_drafts; i++)
		TRY(draft_show(call, &drafts[i], add(call, resp)));
	for (size_t i = 0; i < n_versions; i++)
		TRY(version_show(call, &versions[i], add(call, resp)));
	return OK;
}
