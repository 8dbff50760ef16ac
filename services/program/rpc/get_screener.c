#include "program/acceptance.h"

struct status program_get_screener(struct rpc_call *call, const Program__GetScreenerRequest *req,
				   Program__ScreenerVersion *resp)
{
	struct uuid id = id_of(req->program_id);
	struct q_version_row *version;
	struct q_draft_row *draft;

	TRY(q_version_by_number(call->tx, id, req->version, &version));
	if (version) {
		version_to_proto(call->arena, version, resp);
		return acceptance_show(call, resp);
	}
	TRY(q_draft_by_version(call->tx, id, req->version, &draft));
	if (!draft)
		return FAIL(NOT_FOUND, "SCREENER_NOT_FOUND");
	draft_to_proto(call->arena, draft, resp);
	return acceptance_show(call, resp);
}
