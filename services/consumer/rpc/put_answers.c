#include "consumer/answers.h"
#include "consumer/copy.h"
#include "consumer/keys.h"
#include "consumer/session.h"

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

/* Names the screener does not have, at the top or in a row. */
static struct status refuse_unknown(struct rpc_call *call, const struct screener_entry *entry,
				    const struct q_session_row *row,
				    const struct answer_merge *merge)
{
	struct screener_result result;
	size_t unknown = 0;

	for (size_t i = 0; i < merge->n_given; i++) {
		if (json_object_get(entry->items, merge->given[i]))
			continue;
		(void)call_field_error(call,
				       arena_printf(call->arena, "answers.%.64s", merge->given[i]),
				       "UNKNOWN_ITEM", "the screener has no such question");
		unknown++;
	}
	if (unknown == 0) {
		TRY(session_evaluate(call, entry, row, merge->merged, &result));
		unknown = session_add_problems(call, &result, true);
	}
	return unknown ? FAIL(INVALID_ARGUMENT, "INVALID_ANSWERS") : OK;
}

static struct status store(struct rpc_call *call, const struct answer_merge *merge,
			   struct q_session_row **row)
{
	struct strbuf after = strbuf_new(call->arena);
	struct uuid change = uuid_v7(call->now);
	struct q_session_row *old = *row;

	TRY(q_insert_answer_change_later(
		call->tx, .id = change, .session_id = old->id, .attempt = old->attempts + 1,
		.items = ((struct text_list){merge->changed, merge->n_changed}),
		.before = phi_seal(call, "change", change, merge->before), .now = call->now));
	TRY(q_update_answers(call->tx, row, .id = old->id,
			     .answers = phi_seal(call, "answers", old->id, merge->merged),
			     .actor = call->principal->id, .now = call->now));
	strbuf_printf(&after, "{\"changed\":%zu,\"reopened\":%s}", merge->n_changed,
		      strcmp(old->status, "open") == 0 ? "false" : "true");
	emit_session(call, "session.answered", *row, strbuf_str(&after));
	return OK;
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
			return FAIL(FAILED_PRECONDITION, "SESSION_COMPLETED");
		TRY(store(call, &merge, &row));
	}
	return session_to_proto(call, row, entry, resp);
}
