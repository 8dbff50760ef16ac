#include "program/program.h"

struct status program_update_screener(struct rpc_call *call,
				      const Program__UpdateScreenerRequest *req,
				      Program__ScreenerVersion *resp)
{
	struct str document = {(const char *)req->document.data, req->document.len};
	struct uuid id = pb_uuid(req->program_id);
	struct screener_text text;
	struct q_draft_row *row;

	TRY(screener_text(call, id, req->version, &text));
	if (text.published)
		return FAIL(SCREENER_PUBLISHED);
	TRY(q_update_draft(call->tx, &row, .program_id = id, .screener_version = req->version,
			   .document = document, .expected_revision = req->revision,
			   .expected_generation = req->generation, .actor = call->principal->id,
			   .now = call->now));
	if (!row)
		return FAIL(VERSION_CONFLICT);
	emit_screener(call, "screener.edited", id, row->screener_version, NULL);
	return draft_show(call, row, resp);
}
