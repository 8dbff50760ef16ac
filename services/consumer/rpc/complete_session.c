#include "consumer/copy.h"
#include "consumer/problem.h"
#include "consumer/session.h"
#include "svc/kit/details.h"

struct completion {
	const struct screener_entry *entry;
	bool end_unfinished; /* as the request says */
	date_days day;
	struct str answers;
	struct screener_result result;
	bool is_unfinished;
};

/* Attempts are those of the person where the program knows one, else those of the session alone. */
static struct status count_attempts(struct rpc_call *call, const struct q_session_row *row,
				    instant since, int64_t *n)
{
	struct q_person_row *person;
	struct q_tally_row *done;

	if (row->person_id) {
		TRY(q_lock_person(call->tx, *row->person_id, &person));
		TRY(q_attempts_of_person_since(call->tx, person->id, since, &done));
	} else {
		TRY(q_attempts_since(call->tx, row->id, since, &done));
	}
	*n = done->n;
	return OK;
}

static struct status check_attempts(struct rpc_call *call, const struct screener_entry *entry,
				    const struct q_session_row *row)
{
	struct screener_attempts attempts = screener_attempts(entry->program);
	int64_t done;

	if (!attempts.limited)
		return OK;
	TRY(count_attempts(call, row, duration_shift(call->now, attempts.window, -1), &done));
	if (done >= (int64_t)attempts.max)
		return FAIL(ATTEMPT_LIMIT);
	return OK;
}

static struct status store(struct rpc_call *call, const struct completion *completion,
			   struct q_session_row **row)
{
	const struct screener_result *result = &completion->result;
	struct strbuf trace = strbuf_new(call->arena);
	struct details details = details_new(call->arena);
	bool may_issue = result->decided && result->outcome->issues_code;
	struct q_session_row *old = *row;
	int32_t number = old->attempts + 1;

	screener_trace_json(result, &trace);
	TRY(q_insert_attempt_later(
		call->tx, .session_id = old->id, .number = number, .as_of = completion->day,
		.unfinished = completion->is_unfinished, .outcome = result->outcome->id,
		.answers = attempt_seal(call, "answers", old->id, number, completion->answers),
		.trace = attempt_seal(call, "trace", old->id, number, strbuf_str(&trace)),
		.actor = call->principal->id, .now = call->now));
	TRY(q_complete_session(call->tx, row, .id = old->id, .outcome = result->outcome->id,
			       .may_issue_code = may_issue, .actor = call->principal->id,
			       .now = call->now));
	details_text(&details, "outcome", result->outcome->id);
	details_bool(&details, "mayIssueCode", may_issue);
	details_number(&details, "attempt", number);
	details_bool(&details, "unfinished", completion->is_unfinished);
	return emit_session(call, "session.completed", &(struct session_state){.row = old},
			    &(struct session_state){.row = *row}, NULL, &details);
}

/* All that keeps the session open, in one answer: what does not fit, and what is not answered. */
static struct status refuse_open(struct rpc_call *call, struct completion *completion)
{
	const struct screener_result *result = &completion->result;
	const struct screener *screener = completion->entry->program;
	struct screener_problem *missing;
	size_t n_missing, n_wrong = 0;

	for (size_t i = 0; i < result->n_problems; i++) {
		if (problem_is_unknown(&result->problems[i]))
			continue;
		problem_add_field(call, screener, &result->problems[i]);
		n_wrong++;
	}
	screener_missing(result, call->arena, &missing, &n_missing);
	completion->is_unfinished = n_missing > 0;
	for (size_t i = 0; i < n_missing && !completion->end_unfinished; i++)
		problem_add_field(call, screener, &missing[i]);
	if (n_wrong > 0)
		return FAIL(INVALID_ANSWERS);
	if (n_missing > 0 && !completion->end_unfinished)
		return FAIL(QUESTIONS_OPEN);
	return OK;
}

static struct status evaluate(struct rpc_call *call, struct completion *completion,
			      struct q_session_row **row)
{
	TRY(session_day(*row, call->now, &completion->day));
	TRY(session_answers(call, *row, &completion->answers));
	TRY(session_evaluate(call, completion->entry, completion->day, completion->answers,
			     &completion->result));
	TRY(refuse_open(call, completion));
	TRY(check_attempts(call, completion->entry, *row));
	return store(call, completion, row);
}

/* A completed session is answered as it was: asking again changes nothing. */
struct status consumer_complete_session(struct rpc_call *call,
					const Consumer__CompleteSessionRequest *req,
					Consumer__Session *resp)
{
	struct completion completion = {.end_unfinished = req->end_unfinished};
	struct screener_entry *entry SCREENER_HELD = NULL;
	struct q_session_row *row;
	struct uuid id;

	TRY(session_admit(call, req->id, &id));
	TRY(session_lock(call, id, &row));
	TRY(copy_load(call, row->content_hash, &entry));
	completion.entry = entry;
	if (strcmp(row->status, "open") == 0)
		TRY(evaluate(call, &completion, &row));
	return session_to_proto(call, row, entry, resp);
}
