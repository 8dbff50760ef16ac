#include "program/acceptance.h"

static struct status published_version(struct rpc_call *call, struct uuid program, int32_t number,
				       struct q_version_row **version)
{
	struct screener_text text;

	TRY(q_version_by_number(call->tx, program, number, version));
	if (*version)
		return OK;
	TRY(screener_text(call, program, number, &text));
	return FAIL(SCREENER_NOT_PUBLISHED);
}

struct status program_retire_screener(struct rpc_call *call,
				      const Program__RetireScreenerRequest *req,
				      Program__ScreenerVersion *resp)
{
	struct q_program_row *program;
	Program__ScreenerVersion before;
	struct q_version_row *version;
	int64_t inserted;

	TRY(lock_program(call, pb_uuid(req->program_id), &program));
	TRY(published_version(call, program->id, req->version, &version));
	TRY(version_show(call, version, resp));
	TRY(acceptance_show(call, resp));
	before = *resp;
	TRY(q_insert_status(call->tx, &inserted, .id = uuid_v7(call->now),
			    .program_id = program->id, .screener_version = req->version,
			    .status = "retired", .actor = call->principal->id, .now = call->now));
	if (!inserted)
		return OK;
	TRY(q_refresh_published(call->tx, program->id, call->principal->id, call->now));
	version->retired = true;
	TRY(version_show(call, version, resp));
	return emit_screener(call, "screener.retired", &before, resp);
}
