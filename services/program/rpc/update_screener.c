#include "contract/mask.h"
#include "program/program.h"

struct status program_update_screener(struct rpc_call *call,
				      const Program__UpdateScreenerRequest *req,
				      Program__ScreenerVersion *resp)
{
	ProtobufCBinaryData document = req->screener->document;
	struct uuid id = pb_uuid(req->program_id);
	struct screener_text text;
	struct q_draft_row *row;

	if (!mask_has(req->update_mask, "document"))
		return call_field_error(call, "screener.document", "REQUIRED", "is required");
	TRY(screener_text(call, id, req->version, &text));
	if (text.published)
		return FAIL(FAILED_PRECONDITION, "SCREENER_PUBLISHED");
	TRY(q_update_draft(call->tx, &row, .program_id = id, .screener_version = req->version,
			   .document = ((struct str){(const char *)document.data, document.len}),
			   .expected_revision = req->screener->revision,
			   .expected_generation = req->screener->generation,
			   .actor = call->principal->id, .now = call->now));
	if (!row)
		return FAIL(ABORTED, "VERSION_CONFLICT");
	emit_screener(call, "screener.edited", id, row->screener_version, NULL);
	return draft_show(call, row, resp);
}
