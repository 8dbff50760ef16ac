#include "consumer/code.h"

#include "base/log.h"
#include "consumer/guess.h"
#include "consumer/keys.h"
#include "contract/time.h"

static void code_to_proto(struct rpc_call *call, const struct q_code_row *row,
			  Consumer__CodeState *out)
{
	static const char *const statuses[] = {"issued",  "reserved", "redeemed", "rolled_back",
					       "expired", "revoked",  NULL};

	out->id = uuid_text(call->arena, row->id);
	out->status = (Consumer__CodeStatus)word_index(statuses, row->status);
	out->program_id = uuid_text(call->arena, row->program_id);
	out->code_class = row->code_class;
	out->expires_at = pb_timestamp(call->arena, row->expires_at);
	out->redeemed_at = pb_timestamp_opt(call->arena, row->redeemed_at);
}

static void emit_code(struct rpc_call *call, const struct code_step *step,
		      const struct q_code_row *row)
{
	struct strbuf after = strbuf_new(call->arena);

	strbuf_printf(&after, "{\"status\":\"%s\",\"programId\":\"%s\",\"partnerId\":\"%s\"",
		      row->status, uuid_text(call->arena, row->program_id),
		      uuid_text(call->arena, step->holder));
	if (*step->terminal_id) {
		strbuf_add_c(&after, ",\"terminalId\":");
		strbuf_add_json(&after, str_of(step->terminal_id));
	}
	if (*step->transaction_id) {
		strbuf_add_c(&after, ",\"transactionId\":");
		strbuf_add_json(&after, str_of(step->transaction_id));
	}
	strbuf_add_char(&after, '}');
	svc_emit(call, &(struct event_out){.action = call->method->policy.audit_action,
					   .target_kind = "code",
					   .target_id = row->id,
					   .target_version = row->version,
					   .after = strbuf_str(&after)});
}

/* Why not: a code that exists is looked at only now, so success costs one statement. */
static struct status refuse(struct rpc_call *call, struct code_step *step)
{
	struct q_code_row *row;
	struct str hash;

	for (size_t n = 0; code_hash(call, step->code, n, &hash); n++) {
		TRY(q_code_by_hash(call->tx, hash, &row));
		if (!row)
			continue;
		step->refused_hash = hash;
		step->refused_id = row->id;
		if (step->says_reserved && strcmp(row->status, "reserved") == 0 &&
		    row->expires_at > call->now)
			return FAIL(FAILED_PRECONDITION, "CODE_RESERVED");
		return FAIL(FAILED_PRECONDITION, "CODE_NOT_VALID");
	}
	step->missed = true;
	return FAIL(FAILED_PRECONDITION, "CODE_NOT_VALID");
}

static struct status ask(struct rpc_call *call, void *arg)
{
	return guess_ask(call, arg);
}

/* Only who may still guess reaches a code: the time of an answer must not tell more. */
static struct status take(struct rpc_call *call, void *arg)
{
	struct code_step *step = arg;
	struct q_code_row *row = NULL;
	struct str hash;

	step->missed = false;
	step->refused_hash = (struct str){};
	TRY(guess_check(call, step));
	for (size_t n = 0; !row && code_hash(call, step->code, n, &hash); n++)
		TRY(step->take(call, step, hash, &row));
	if (!row)
		return refuse(call, step);
	emit_code(call, step, row);
	code_to_proto(call, row, step->resp);
	return OK;
}

static struct status ask_and_take(struct rpc_call *call, void *arg)
{
	TRY(ask(call, arg));
	return take(call, arg);
}

static struct status count_refusal(struct rpc_call *call, void *arg)
{
	const struct code_step *step = arg;

	if (step->missed)
		TRY(guess_count(call, step));
	else
		TRY(q_count_refusal(call->tx, step->refused_hash));
	svc_emit(call, &(struct event_out){.action = call->method->policy.audit_action,
					   .target_kind = "code",
					   .target_id = step->refused_id,
					   .outcome = "refused"});
	return OK;
}

struct status code_run(struct rpc_call *call, struct code_step *step)
{
	const struct principal *p = call->principal;
	struct status st, counted;

	if (!code_parse(str_of(step->typed), step->code))
		return FAIL(FAILED_PRECONDITION, "CODE_NOT_VALID");
	step->holder = uuid_is_nil(p->partner) ? p->id : p->partner;
	st = step->once ? tx_run_once_asking(call, ask, take, step)
			: tx_run(call, ask_and_take, step);
	if (step->missed || step->refused_hash.len > 0) {
		counted = tx_run(call, count_refusal, step);
		if (is_failed(counted))
			log_error("a refused code was not counted", KV_STATUS(counted));
	}
	return st;
}
