#include "program/acceptance.h"

struct status program_retire_screener(struct rpc_call *call,
				      const Program__RetireScreenerRequest *req,
				      Program__ScreenerVersion *resp)
{
	struct q_program_row *program;
	struct q_version_row *version;
	struct screener_text text;
	int64_t inserted;

	TRY(lock_program(call, pb_uuid(req->program_id), &program));
	TRY(screener_text(call, program->id, req->version, &text));
	if (!text.published)
		return FAIL(FAILED_PRECONDITION, "SCREENER_NOT_PUBLISHED");
	TRY(q_insert_status(call->tx, &inserted, .id = uuid_v7(call->now),
			    .program_id = program->id, .screener_version = req->version,
			    .status = "retired", .actor = call->principal->id, .now = call->now));
	if (inserted) {
		TRY(q_refresh_published(call->tx, program->id, call->principal->id, call->now));
		emit_screener(call, "screener.retired", program->id, req->version, NULL);
	}
	TRY(q_version_by_number(call->tx, program->id, req->version, &version));
	if (!version)
		return FAIL(NOT_FOUND, "SCREENER_NOT_FOUND");
	TRY(version_show(call, version, resp));
	return acceptance_show(call, resp);
}
