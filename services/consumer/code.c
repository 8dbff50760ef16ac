#include "consumer/code.h"

#include "base/log.h"
#include "consumer/guess.h"
#include "consumer/keys.h"
#include "consumer/program_copy.h"
#include "contract/time.h"
#include "svc/kit/details.h"

static struct status fill_answer(struct rpc_call *call, const struct code_step *step,
				 const struct q_code_row *row)
{
	Consumer__CodeState *out = step->resp;

	TRY(q_code_fill(call->arena, row, out));
	if (step->undoes) {
		/* Whatever others do with the code is not this caller's business. */
		out->status = CONSUMER__CODE_STATUS__ROLLED_BACK;
		out->redeemed_at = NULL;
	}
	return OK;
}

static void emit_code(struct rpc_call *call, const struct code_step *step,
		      const struct q_code_row *row)
{
	struct details after = details_new(call->arena);

	details_text(&after, "status", row->status);
	details_uuid(&after, "programId", row->program_id);
	details_uuid(&after, "partnerId", step->holder);
	if (*step->terminal_id)
		details_text(&after, "terminalId", step->terminal_id);
	if (*step->transaction_id)
		details_text(&after, "transactionId", step->transaction_id);
	svc_emit(call, &(struct event_out){.action = call->method->policy.audit_action,
					   .target_kind = "code",
					   .target_id = row->id,
					   .target_version = row->version,
					   .after = details_end(&after)});
}

struct status code_counter_row(struct rpc_call *call, const struct code_step *step, struct str hash,
			       struct q_counter_code_row **row)
{
	return q_code_at_counter(call->tx, hash, step->undo_mark, call->now, row);
}

struct q_code_row *code_of_counter(struct rpc_call *call, const struct q_counter_code_row *row)
{
	struct q_code_row *code = arena_alloc(call->arena, sizeof *code);

	*code = (struct q_code_row){.id = row->id,
				    .program_id = row->program_id,
				    .code_class = row->code_class,
				    .status = row->status,
				    .holder = row->holder,
				    .transaction_id = row->transaction_id,
				    .reserved_until = row->reserved_until,
				    .redeemed_at = row->redeemed_at,
				    .expires_at = row->expires_at,
				    .version = row->version};
	return code;
}

/* The caller's own transaction has what it asks for: it was redeemed, or rolled back. */
static bool is_done_already(const struct code_step *step, const struct q_counter_code_row *row)
{
	if (step->undoes)
		return row->undone;
	return *step->transaction_id && strcmp(row->status, "redeemed") == 0 && row->holder &&
	       uuid_eq(*row->holder, step->holder) && row->transaction_id &&
	       strcmp(row->transaction_id, step->transaction_id) == 0;
}

/* Only who may ask about codes learns of a recall. */
static bool tells_recalls(const struct rpc_call *call)
{
	return principal_has_scope(call->principal, "codes:verify");
}

static struct status reason_of(struct rpc_call *call, struct code_step *step,
			       const struct q_counter_code_row *row)
{
	if (!row->program_known) {
		step->unknown_program = row->program_id;
		return FAIL(NO_CONNECTION);
	}
	if (step->undoes)
		return FAIL(ROLL_BACK_LIMIT);
	if (row->undone)
		return FAIL(TRANSACTION_ROLLED_BACK);
	if (row->recalled && tells_recalls(call))
		return FAIL(CODE_RECALLED);
	if (step->says_reserved && row->redeems && !row->recalled &&
	    strcmp(row->status, "reserved") == 0 && row->expires_at > call->now)
		return FAIL(CODE_RESERVED);
	return FAIL(CODE_NOT_VALID);
}

/*
 * Why not: a code that exists is looked at only now, so success costs one statement.
 * OK, with the answer, when the caller's transaction has its result already.
 */
static struct status refuse(struct rpc_call *call, struct code_step *step)
{
	struct q_counter_code_row *row;
	struct str hash;

	for (size_t n = 0; code_hash(call, step->code, n, &hash); n++) {
		TRY(code_counter_row(call, step, hash, &row));
		if (!row)
			continue;
		if (is_done_already(step, row)) {
			TRY(fill_answer(call, step, code_of_counter(call, row)));
			return OK;
		}
		step->refused_hash = hash;
		step->refused_id = row->id;
		return reason_of(call, step, row);
	}
	step->missed = true;
	return FAIL(CODE_NOT_VALID);
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
	step->unknown_program = (struct uuid){};
	TRY(guess_check(call, step));
	for (size_t n = 0; !row && code_hash(call, step->code, n, &hash); n++)
		TRY(step->take(call, step, hash, &row));
	if (!row)
		return refuse(call, step);
	emit_code(call, step, row);
	return fill_answer(call, step, row);
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

static struct status run(struct rpc_call *call, struct code_step *step)
{
	return step->once ? tx_run_once_asking(call, ask, take, step)
			  : tx_run(call, ask_and_take, step);
}

struct status code_run(struct rpc_call *call, struct code_step *step)
{
	const struct principal *p = call->principal;
	struct status st, counted;

	if (!code_parse(str_of(step->typed), step->code))
		return FAIL(CODE_NOT_VALID);
	step->holder = uuid_is_nil(p->partner) ? p->id : p->partner;
	step->undo_mark = arena_printf(call->arena, "%s %s", uuid_text(call->arena, step->holder),
				       step->transaction_id);
	st = run(call, step);
	if (!uuid_is_nil(step->unknown_program)) {
		/* Its code was issued before programs said how they are. */
		TRY(program_copy_fetch(call, step->unknown_program));
		st = run(call, step);
	}
	if (step->missed || step->refused_hash.len > 0) {
		counted = tx_run(call, count_refusal, step);
		if (is_failed(counted))
			log_error("a refused code was not counted", KV_STATUS(counted));
	}
	return st;
}
