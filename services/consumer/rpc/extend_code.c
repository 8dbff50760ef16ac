#include "consumer/code_staff.h"
#include "contract/time.h"

struct extension {
	const Consumer__ExtendCodeRequest *req;
	const struct q_program_copy_row *program;
	Consumer__Code *resp;
};

/* Why the statement took no row. */
static struct status why_not(struct rpc_call *call, const struct extension *extension,
			     const struct q_staff_code_row *row)
{
	instant until = pb_instant(extension->req->expires_at);

	if (!extension->program->redeems)
		return FAIL(PROGRAM_NOT_ACTIVE);
	if (until <= row->expires_at)
		return call_field_error(call, "expiresAt", "NOT_LATER",
					"must be later than the present end of the code");
	return call_field_error(call, "expiresAt", "AFTER_PROGRAM",
				"must not be later than the end of the program");
}

static struct status extend(struct rpc_call *call, void *arg)
{
	struct extension *extension = arg;
	const Consumer__ExtendCodeRequest *req = extension->req;
	struct uuid id = pb_uuid(req->id);
	struct q_staff_code_row *old, *row;
	int64_t extended;

	TRY(staff_code_lock(call, id, &old));
	TRY(staff_code_check_open(old));
	TRY(q_extend_code(call->tx, &extended, .id = id, .expires_at = pb_instant(req->expires_at),
			  .actor = call->principal->id, .now = call->now));
	if (!extended)
		return why_not(call, extension, old);
	TRY(staff_code_find(call, id, &row));
	TRY(emit_staff_code(call, "code.extended", old, row, req->reason));
	return staff_code_show(call, row, extension->resp);
}

struct status consumer_extend_code(struct rpc_call *call, const Consumer__ExtendCodeRequest *req,
				   Consumer__Code *resp)
{
	struct extension extension = {.req = req, .resp = resp};
	instant until = pb_instant(req->expires_at);
	struct q_program_copy_row *program;

	TRY(staff_code_program(call, pb_uuid(req->id), &program));
	if (until <= call->now || until > call->now + EXTENSION_MAX)
		return call_field_error(call, "expiresAt", "OUT_OF_RANGE",
					"must be in the future and at most a year ahead");
	extension.program = program;
	return tx_run(call, extend, &extension);
}
