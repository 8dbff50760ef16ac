#include "consumer/code_make.h"
#include "consumer/code_staff.h"

struct reissue {
	const Consumer__ReissueCodeRequest *req;
	const struct q_program_copy_row *program;
	Consumer__ReissueCodeResponse *resp;
};

static struct status check(const struct rpc_call *call, const struct reissue *reissue,
			   const struct q_staff_code_row *row)
{
	TRY(staff_code_check_open(row));
	if (row->replaces)
		return FAIL(CODE_REISSUED);
	if (row->expires_at <= call->now)
		return FAIL(CODE_EXPIRED);
	if (!reissue->program->redeems)
		return FAIL(PROGRAM_NOT_ACTIVE);
	return OK;
}

static struct status void_old(struct rpc_call *call, const struct reissue *reissue,
			      const struct uuid *new_id, struct q_staff_code_row **row)
{
	struct uuid id = pb_uuid(reissue->req->id);
	struct q_staff_code_row *old;
	int64_t voided;

	TRY(staff_code_lock(call, id, &old));
	TRY(check(call, reissue, old));
	TRY(q_void_code(call->tx, &voided, .id = id, .reason = reissue->req->reason,
			.replaced_by = new_id, .actor = call->principal->id, .now = call->now));
	if (!voided)
		return FAIL(VERSION_CONFLICT);
	TRY(staff_code_find(call, id, row));
	return emit_staff_code(call, "code.reissued", old, *row, reissue->req->reason);
}

static struct status replace(struct rpc_call *call, void *arg)
{
	struct code_plan plan = {.id = uuid_v7(call->now)};
	struct reissue *reissue = arg;
	struct q_staff_code_row *old, *new;
	struct q_code_row *made;
	char *shown;

	TRY(void_old(call, reissue, &plan.id, &old));
	plan.session = old->session_id;
	plan.program = old->program_id;
	plan.screener_version = old->screener_version;
	plan.code_class = old->code_class;
	plan.expires_at = old->expires_at;
	plan.replaces = &old->id;
	TRY(code_make(call, &plan, &made, &shown));
	TRY(staff_code_find(call, plan.id, &new));
	reissue->resp->code = shown;
	reissue->resp->details = arena_new_of(call->arena, Consumer__Code);
	consumer__code__init(reissue->resp->details);
	return staff_code_show(call, new, reissue->resp->details);
}

/* The budget is not touched: one consumer, one code that counts. */
struct status consumer_reissue_code(struct rpc_call *call, const Consumer__ReissueCodeRequest *req,
				    Consumer__ReissueCodeResponse *resp)
{
	struct reissue reissue = {.req = req, .resp = resp};
	struct q_program_copy_row *program;

	TRY(staff_code_program(call, pb_uuid(req->id), &program));
	reissue.program = program;
	return tx_run_once(call, replace, &reissue);
}
