#include "consumer/answers.h"
#include "consumer/copy.h"
#include "consumer/keys.h"
#include "consumer/problem.h"
#include "consumer/session.h"
#include "svc/kit/details.h"

/*
 * A completed session takes other answers only where its screener limits the
 * attempts and lets a change start another one, and before a code was issued.
 */
static bool may_change(const struct q_session_row *row, const struct screener_entry *entry)
{
	struct screener_attempts attempts = screener_attempts(entry->program);

	if (strcmp(row->status, "open") == 0)
		return true;
	return !row->code_issued && attempts.limited && !attempts.refuse_change;
}

static bool is_unknown_name(const struct screener_entry *entry, const struct answer_merge *merge,
			    const char *name)
{
	for (size_t i = 0; i < merge->n_given; i++)
		if (strcmp(merge->given[i], name) == 0)
			return !json_object_get(entry->items, name);
	return false;
}

/* Names that the screener does not have; an answer that is taken back names one as well. */
static size_t add_unknown_names(struct rpc_call *call, const struct screener_entry *entry,
				const struct answer_merge *merge)
{
	size_t added = 0;

	for (size_t i = 0; i < merge->n_given; i++) {
		struct screener_problem problem = {merge->given[i], -1, "UNKNOWN_ITEM"};

		if (!is_unknown_name(entry, merge, problem.item))
			continue;
		problem_add_field(call, entry->program, &problem);
		added++;
	}
	return added;
}

/*
 * A name that the screener does not have, at the top or in a row, refuses the request.  The
 * refusal lists the other problems too, so that one round is enough to mend them.
 */
static struct status refuse_unknown(struct rpc_call *call, const struct screener_entry *entry,
				    const struct q_session_row *row,
				    const struct answer_merge *merge)
{
	size_t unknown = add_unknown_names(call, entry, merge);
	struct screener_result result;
	date_days today;

	TRY(session_day(row, call->now, &today));
	TRY(session_evaluate(call, entry, today, merge->merged, &result));
	for (size_t i = 0; i < result.n_problems; i++)
		unknown += problem_is_unknown(&result.problems[i]);
	if (unknown == 0)
		return OK;
	for (size_t i = 0; i < result.n_problems; i++)
		if (!is_unknown_name(entry, merge, result.problems[i].item))
			problem_add_field(call, entry->program, &result.problems[i]);
	return FAIL(INVALID_ANSWERS);
}

static struct status store(struct rpc_call *call, const struct answer_merge *merge,
			   struct q_session_row **row)
{
	struct details details = details_new(call->arena);
	struct uuid change = uuid_v7(call->now);
	struct q_session_row *old = *row;

	TRY(q_insert_answer_change_later(
		call->tx, .id = change, .session_id = old->id, .attempt = old->attempts + 1,
		.items = ((struct text_list){merge->changed, merge->n_changed}),
		.before = phi_seal(call, "change", change, merge->before), .now = call->now));
	TRY(q_update_answers(call->tx, row, .id = old->id,
			     .answers = phi_seal(call, "answers", old->id, merge->merged),
			     .actor = call->principal->id, .now = call->now));
	details_number(&details, "changed", (int64_t)merge->n_changed);
	details_bool(&details, "reopened", strcmp(old->status, "open") != 0);
	/* Of the answers of before, those that changed. */
	return emit_session(call, "session.answered", &(struct session_state){old, merge->before},
			    &(struct session_state){*row, merge->merged}, NULL, &details);
}

struct status consumer_put_answers(struct rpc_call *call, const Consumer__PutAnswersRequest *req,
				   Consumer__Session *resp)
{
	struct screener_entry *entry SCREENER_HELD = NULL;
	struct str given = {(const char *)req->answers.data, req->answers.len}, stored;
	struct answer_merge merge;
	struct q_session_row *row;
	struct uuid id;

	TRY(session_admit(call, req->id, &id));
	TRY(session_lock(call, id, &row));
	TRY(copy_load(call, row->content_hash, &entry));
	TRY(session_answers(call, row, &stored));
	TRY(answers_merge(call->arena, stored, given, &merge));
	TRY(refuse_unknown(call, entry, row, &merge));
	if (merge.n_changed > 0) {
		if (!may_change(row, entry))
			return FAIL(SESSION_COMPLETED);
		TRY(store(call, &merge, &row));
	}
	return session_to_proto(call, row, entry, resp);
}
