/* A session as the API shows it. */
#include <jansson.h>

#include "consumer/problem.h"
#include "consumer/question.h"
#include "consumer/session.h"
#include "contract/time.h"

static const struct screener_outcome *find_outcome(const struct screener_entry *entry,
						   const char *id)
{
	for (size_t i = 0; i < screener_n_outcomes(entry->program); i++)
		if (strcmp(screener_outcome(entry->program, i)->id, id) == 0)
			return screener_outcome(entry->program, i);
	return NULL;
}

static void add_reasons(struct arena *arena, const struct screener_entry *entry, const char *locale,
			json_t *reasons, Consumer__Outcome *out)
{
	size_t n = json_array_size(reasons), i;
	json_t *reason;

	out->reasons = arena_array_of(arena, const char *, n);
	out->reason_texts = arena_array_of(arena, const char *, n);
	json_array_foreach (reasons, i, reason) {
		const char *key = json_string_value(reason);
		const char *text = consumer_text(entry, locale, "reason", key ? key : "", NULL);

		out->reasons[out->n_reasons++] = arena_strdup(arena, key ? key : "");
		out->reason_texts[out->n_reason_texts++] = arena_strdup(arena, text);
	}
}

static int32_t percent(json_int_t answered, json_int_t visible)
{
	return visible > 0 ? (int32_t)(answered * 100 / visible) : 100;
}

/* What the stored trace says: the reasons, with their words, and how far an unfinished session
 * came. */
static void add_trace(struct rpc_call *call, const struct q_session_row *row,
		      const struct screener_entry *entry, const struct attempt *attempt,
		      Consumer__Session *out)
{
	json_t *trace = json_loadb(attempt->trace.ptr, attempt->trace.len, 0, NULL);
	json_t *progress = json_object_get(trace, "progress");

	add_reasons(call->arena, entry, row->locale, json_object_get(trace, "reasons"),
		    out->outcome);
	out->ended_unfinished = attempt->row->unfinished;
	out->progress_percent = 100;
	if (attempt->row->unfinished)
		out->progress_percent = percent(json_integer_value(json_array_get(progress, 0)),
						json_integer_value(json_array_get(progress, 1)));
	json_decref(trace);
}

static struct status add_outcome(struct rpc_call *call, const struct q_session_row *row,
				 const struct screener_entry *entry, Consumer__Session *out)
{
	Consumer__Outcome *outcome = arena_new_of(call->arena, Consumer__Outcome);
	const struct screener_outcome *known = find_outcome(entry, row->outcome);
	struct attempt attempt;

	TRY(attempt_last(call, row, &attempt));
	consumer__outcome__init(outcome);
	outcome->id = row->outcome;
	outcome->may_issue_code = row->may_issue_code;
	outcome->resolvable = known && known->resolved_by;
	outcome->title = arena_strdup(
		call->arena, consumer_text(entry, row->locale, "outcome", row->outcome, "title"));
	outcome->text = arena_strdup(
		call->arena, consumer_text(entry, row->locale, "outcome", row->outcome, "text"));
	out->outcome = outcome;
	out->as_of = pb_date_text(call->arena, attempt.day);
	add_trace(call, row, entry, &attempt, out);
	return OK;
}

static struct status add_questions(struct rpc_call *call, const struct q_session_row *row,
				   const struct screener_entry *entry, struct str answers,
				   Consumer__Session *out)
{
	struct screener_result result;
	date_days today;

	TRY(session_day(row, call->now, &today));
	TRY(session_evaluate(call, entry, today, answers, &result));
	out->as_of = pb_date_text(call->arena, today);
	problems_to_proto(call->arena, entry->program, &result, out);
	out->questions = pb_bytes(
		questions_json(call->arena, entry, row->locale, result.next, result.n_next));
	out->progress_percent = percent(result.answered, result.visible);
	return OK;
}

struct status session_to_proto(struct rpc_call *call, const struct q_session_row *row,
			       const struct screener_entry *entry, Consumer__Session *out)
{
	struct str answers;

	TRY(session_answers(call, row, &answers));
	TRY(q_session_fill(call->arena, row, out));
	out->status = session_status(out->status, row->expires_at, call->now);
	out->answers = pb_bytes(answers);
	if (row->outcome)
		return add_outcome(call, row, entry, out);
	return add_questions(call, row, entry, answers, out);
}
