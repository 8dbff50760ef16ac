#include "program/program.h"

static struct str text_of(ProtobufCBinaryData bytes)
{
	return (struct str){(const char *)bytes.data, bytes.len};
}

struct status program_create_screener(struct rpc_call *call,
				      const Program__CreateScreenerRequest *req,
				      Program__ScreenerVersion *resp)
{
	struct q_version_number_row *number;
	struct q_program_row *program;
	struct q_draft_row *row;

	TRY(lock_program(call, pb_uuid(req->program_id), &program));
	if (strcmp(program->status, "ended") == 0)
		return FAIL(PROGRAM_ENDED);
	TRY(q_take_version_number(call->tx, program->id, &number));
	TRY(q_insert_draft(call->tx, &row, .program_id = program->id,
			   .screener_version = number->last_version,
			   .document = text_of(req->screener->document),
			   .actor = call->principal->id, .now = call->now));
	TRY(draft_show(call, row, resp));
	return emit_screener(call, "screener.drafted", NULL, resp);
}
