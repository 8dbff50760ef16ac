#include "program/acceptance.h"

struct status program_get_screener(struct rpc_call *call, const Program__GetScreenerRequest *req,
				   Program__ScreenerVersion *resp)
{
	struct uuid id = pb_uuid(req->program_id);
	struct q_version_row *version;
	struct q_draft_row *draft;

	TRY(q_version_by_number(call->tx, id, req->version, &version));
	if (version) {
		TRY(version_show(call, version, resp));
		return acceptance_show(call, resp);
	}
	TRY(q_draft_by_version(call->tx, id, req->version, &draft));
	if (!draft)
		return FAIL(SCREENER_NOT_FOUND);
	TRY(draft_show(call, draft, resp));
	return acceptance_show(call, resp);
}
