#include "contract/mask.h"
#include "program/program.h"

static struct status lock_draft(struct rpc_call *call, struct uuid program, int32_t version,
				struct q_draft_row **draft)
{
	struct screener_text text;

	TRY(q_lock_draft(call->tx, program, version, draft));
	if (*draft)
		return OK;
	TRY(screener_text(call, program, version, &text));
	return text.published ? FAIL(SCREENER_PUBLISHED) : FAIL(VERSION_CONFLICT);
}

struct status program_update_screener(struct rpc_call *call,
				      const Program__UpdateScreenerRequest *req,
				      Program__ScreenerVersion *resp)
{
	ProtobufCBinaryData document = req->screener->document;
	struct uuid id = pb_uuid(req->program_id);
	Program__ScreenerVersion before = PROGRAM__SCREENER_VERSION__INIT;
	struct q_draft_row *old, *row;

	if (!mask_has(req->update_mask, "document"))
		return call_field_error(call, "screener.document", "REQUIRED", "is required");
	TRY(lock_draft(call, id, req->version, &old));
	TRY(q_update_draft(call->tx, &row, .program_id = id, .screener_version = req->version,
			   .document = ((struct str){(const char *)document.data, document.len}),
			   .expected_revision = req->screener->revision,
			   .expected_generation = req->screener->generation,
			   .actor = call->principal->id, .now = call->now));
	if (!row)
		return FAIL(VERSION_CONFLICT);
	TRY(draft_show(call, old, &before));
	TRY(draft_show(call, row, resp));
	return emit_screener(call, "screener.edited", &before, resp);
}
