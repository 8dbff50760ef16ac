#include <aegis/consumer/v1/consumer.aegis.h>

#include "base/log.h"
#include "program/period.h"
#include "program/states.h"

struct activation {
	const Program__ActivateProgramRequest *req;
	struct q_program_row *row;
	Program__Program *resp;
};

static struct status read_program(struct rpc_call *call, void *arg)
{
	struct activation *activation = arg;

	TRY(q_program_by_id(call->tx, pb_uuid(activation->req->id), &activation->row));
	if (!activation->row)
		return FAIL(PROGRAM_NOT_FOUND);
	return OK;
}

/*
 * Consumer alone knows of recalls, and holds to them whatever is said here: an answer that
 * cannot be had stops nobody.
 */
static struct status check_recall(struct rpc_call *call, const struct q_program_row *row)
{
	Consumer__CheckRecallRequest req = CONSUMER__CHECK_RECALL_REQUEST__INIT;
	Consumer__CheckRecallResponse *answer;
	struct status st;

	if (row->published_version == 0)
		return OK;
	req.program_id = uuid_text(call->arena, row->id);
	req.screener_version = row->published_version;
	st = call_consumer_check_recall(call, &req, &answer);
	if (is_failed(st)) {
		log_warn("whether a program was recalled is not known", KV_STATUS(st));
		return OK;
	}
	return answer->recalled ? FAIL(PROGRAM_RECALLED) : OK;
}

static struct status activate(struct rpc_call *call, void *arg)
{
	static const char *const from[] = {"draft", "paused", "active", NULL};
	struct activation *activation = arg;
	struct q_program_row *row;

	TRY(lock_program(call, pb_uuid(activation->req->id), &row));
	if (row->published_version == 0)
		return FAIL(NO_PUBLISHED_SCREENER);
	TRY(program_check_not_over(call, row));
	TRY(states_check_published(call, row));
	return program_move(call, activation->req->id, from, "active", "program.activated",
			    REASON_PROGRAM_ENDED, activation->resp);
}

struct status program_activate_program(struct rpc_call *call,
				       const Program__ActivateProgramRequest *req,
				       Program__Program *resp)
{
	struct activation activation = {.req = req, .resp = resp};

	TRY(tx_run(call, read_program, &activation));
	TRY(check_recall(call, activation.row));
	return tx_run(call, activate, &activation);
}
