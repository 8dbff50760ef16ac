#include "consumer/copy.h"
#include "consumer/session.h"

static struct status check_attempts(struct rpc_call *call, const struct screener_entry *entry,
				    const struct q_session_row *row)
{
	struct screener_attempts attempts = screener_attempts(entry->program);
	struct q_tally_row *done;

	if (!attempts.limited)
		return OK;
	TRY(q_attempts_since(call->tx, row->id, duration_shift(call->now, attempts.window, -1),
			     &done));
	if (done->n >= (int64_t)attempts.max)
		return FAIL(RESOURCE_EXHAUSTED, "ATTEMPT_LIMIT");
	return OK;
}

static struct status store(struct rpc_call *call, struct str answers,
			   const struct screener_result *result, struct q_session_row **row)
{
	struct q_session_row *old = *row;
	struct strbuf trace = strbuf_new(call->arena), after = strbuf_new(call->arena);
	int32_t number = old->attempts + 1;
	bool may_issue = result->decided && result->outcome->issues_code;

	screener_trace_json(result, &trace);
	TRY(q_insert_attempt_later(
		call->tx, .session_id = old->id, .number = number, .outcome = result->outcome->id,
		.answers = attempt_seal(call, "answers", old->id, number, answers),
		.trace = attempt_seal(call, "trace", old->id, number, strbuf_str(&trace)),
		.actor = call->principal->id, .now = call->now));
	TRY(q_complete_session(call->tx, row, .id = old->id, .outcome = result->outcome->id,
			       .may_issue_code = may_issue, .actor = call->principal->id,
			       .now = call->now));
	strbuf_printf(&after, "{\"outcome\":\"%s\",\"mayIssueCode\":%s,\"attempt\":%d}",
		      result->outcome->id, may_issue ? "true" : "false", number);
	emit_session(call, "session.completed", *row, strbuf_str(&after));
	return OK;
}

static struct status evaluate(struct rpc_call *call, const struct screener_entry *entry,
			      struct q_session_row **row)
{
	struct screener_result result;
	struct str answers;

	TRY(check_attempts(call, entry, *row));
	TRY(session_answers(call, *row, &answers));
	TRY(session_evaluate(call, entry, *row, answers, &result));
	if (session_add_problems(call, &result, false) > 0)
		return FAIL(INVALID_ARGUMENT, "INVALID_ANSWERS");
	return store(call, answers, &result, row);
}

/* A completed session is answered as it was: asking again changes nothing. */
struct status consumer_complete_session(struct rpc_call *call,
					const Consumer__CompleteSessionRequest *req,
					Consumer__Session *resp)
{
	struct screener_entry *entry SCREENER_HELD = NULL;
	struct q_session_row *row;
	struct uuid id;

	TRY(session_admit(call, req->id, &id));
	TRY(session_lock(call, id, &row));
	TRY(copy_load(call, row->content_hash, &entry));
	if (strcmp(row->status, "open") == 0)
		TRY(evaluate(call, entry, &row));
	return session_to_proto(call, row, entry, resp);
}
