#include <aegis/event/v1/event.aegis.h>
#include <aegis/program/v1/program.aegis.h>

#include "consumer/code_mail.h"
#include "consumer/code_make.h"
#include "consumer/copy.h"
#include "consumer/program_copy.h"
#include "consumer/session.h"
#include "contract/time.h"
#include "svc/kit/change.h"

struct issue {
	const Consumer__IssueCodeRequest *req;
	struct uuid session;
	const char *public_id;
	bool was_issued;
	const Program__PublishedVersion *program; /* as program knows it now */
	const int64_t *cap;			  /* NULL: none */
	struct q_session_row *row;
	struct q_code_row *code;
	char *shown;
	Consumer__IssueCodeResponse *resp;
};

static struct status check(struct rpc_call *call, void *arg)
{
	struct issue *issue = arg;
	struct q_session_row *row;

	TRY(session_find(call, issue->session, &row));
	if (strcmp(row->status, "completed") != 0)
		return FAIL(NOT_COMPLETED);
	if (!row->may_issue_code)
		return FAIL(NOT_ELIGIBLE);
	issue->public_id = row->public_id;
	issue->was_issued = row->code_issued;
	return OK;
}

/* A paused or ended program issues nothing, whatever was published when the session began. */
static struct status ask_program(struct rpc_call *call, struct issue *issue)
{
	Program__GetPublishedVersionRequest req = PROGRAM__GET_PUBLISHED_VERSION_REQUEST__INIT;
	Program__PublishedVersion *version;
	int64_t *cap;

	req.public_id = issue->public_id;
	req.without_document = true;
	TRY(call_program_get_published_version(call, &req, &version));
	issue->program = version;
	if (version->_code_budget_case != PROGRAM__PUBLISHED_VERSION___CODE_BUDGET_CODE_BUDGET)
		return OK;
	cap = arena_new_of(call->arena, int64_t);
	*cap = version->code_budget;
	issue->cap = cap;
	return OK;
}

static struct status take_budget(struct rpc_call *call, const struct issue *issue)
{
	struct q_budget_row *taken;

	if (issue->cap && *issue->cap == 0)
		return FAIL(CODE_BUDGET_EXHAUSTED);
	TRY(q_take_budget(call->tx, issue->row->program_id, issue->cap, call->now, &taken));
	return taken ? OK : FAIL(CODE_BUDGET_EXHAUSTED);
}

/* Lasts as long as its screener says, but not longer than its program unless that lets it. */
static instant expiry(const struct rpc_call *call, const struct issue *issue,
		      const struct screener_outcome *outcome)
{
	const Program__ProgramState *state = issue->program->state;
	instant end = duration_shift(call->now, outcome->code_ttl, 1);
	bool is_bound = state->ends_at && !state->redeem_after_end;

	return is_bound && pb_instant(state->ends_at) < end ? pb_instant(state->ends_at) : end;
}

static struct status insert_code(struct rpc_call *call, struct issue *issue,
				 const struct screener_outcome *outcome)
{
	const struct code_plan plan = {
		.id = uuid_v7(call->now),
		.session = issue->row->id,
		.program = issue->row->program_id,
		.screener_version = issue->row->screener_version,
		.code_class = outcome->code_class,
		.expires_at = expiry(call, issue, outcome),
	};

	TRY(program_copy_put(call, issue->program->state));
	return code_make(call, &plan, &issue->code, &issue->shown);
}

static bool is_served(const struct issue *issue, struct str answer)
{
	for (size_t i = 0; i < issue->program->n_states; i++)
		if (str_eq_c(answer, issue->program->states[i]))
			return true;
	return false;
}

/* Where the program is offered in some states only, the consumer's must be answered and one of
 * them. */
static struct status check_state(struct rpc_call *call, const struct issue *issue,
				 const struct screener_entry *entry)
{
	const char *item = screener_state_item(entry->program);
	struct strbuf value = strbuf_new(call->arena);
	struct screener_result result;
	struct attempt attempt;
	struct str state;

	if (issue->program->n_states == 0)
		return OK;
	TRY(attempt_last(call, issue->row, &attempt));
	TRY(session_evaluate(call, entry, attempt.day, attempt.answers, &result));
	if (item && screener_value_json(&result, str_of(item), &value)) {
		/* "TX", or null while it is unknown; codes of states need no escaping. */
		state = strbuf_str(&value);
		if (state.len > 2 && is_served(issue, (struct str){state.ptr + 1, state.len - 2}))
			return OK;
	}
	return FAIL(STATE_NOT_SERVED);
}

static struct status check_recall(struct rpc_call *call, const struct issue *issue)
{
	struct q_found_row *recall;

	TRY(q_is_recalled(call->tx, issue->row->program_id, issue->row->screener_version, &recall));
	return recall->found ? FAIL(PROGRAM_RECALLED) : OK;
}

/* A code that was just made, as staff see codes. */
static struct status code_message(struct rpc_call *call, const struct issue *issue,
				  Consumer__Code *out)
{
	const struct q_code_row *row = issue->code;

	TRY(pb_enum_value(&consumer__code_status__enum_info, row->status, (int *)&out->status));
	out->id = uuid_text(call->arena, row->id);
	out->program_id = uuid_text(call->arena, row->program_id);
	out->screener_version = issue->row->screener_version;
	out->session_id = uuid_text(call->arena, issue->row->id);
	out->code_class = row->code_class;
	out->created_at = pb_timestamp(call->arena, call->now);
	out->expires_at = pb_timestamp(call->arena, row->expires_at);
	return OK;
}

static struct status emit_issued(struct rpc_call *call, const struct issue *issue)
{
	Event__CodeIssued payload = EVENT__CODE_ISSUED__INIT;
	struct details details = details_new(call->arena);
	Consumer__Code code = CONSUMER__CODE__INIT;
	struct change_out change = {
		.resource = &consumer__code__info, .after = &code, .details = &details};
	struct str sealed;

	TRY(code_message(call, issue, &code));
	details_bool(&details, "mailed", *issue->req->email);
	if (*issue->req->email) {
		TRY(code_mail_seal(call,
				   &(struct code_mail){.to = issue->req->email,
						       .locale = issue->row->locale,
						       .code = issue->shown,
						       .program = issue->row->program_name,
						       .expires_at = issue->code->expires_at},
				   &sealed));
		payload.session_id = uuid_text(call->arena, issue->row->id);
		payload.sealed = pb_bytes(sealed);
		change.payload_case = EVENT__EVENT__PAYLOAD_CODE_ISSUED;
		change.payload = &payload;
	}
	return svc_emit_change(call, "code.issued", &change);
}

static const struct screener_outcome *outcome_of(const struct screener_entry *entry, const char *id)
{
	for (size_t i = 0; i < screener_n_outcomes(entry->program); i++)
		if (strcmp(screener_outcome(entry->program, i)->id, id) == 0)
			return screener_outcome(entry->program, i);
	return NULL;
}

static struct status make(struct rpc_call *call, void *arg)
{
	struct screener_entry *entry SCREENER_HELD = NULL;
	const struct screener_outcome *outcome;
	struct issue *issue = arg;

	TRY(session_lock(call, issue->session, &issue->row));
	if (issue->row->code_issued)
		return FAIL(CODE_ALREADY_ISSUED);
	if (!issue->row->may_issue_code)
		return FAIL(NOT_ELIGIBLE);
	TRY(copy_load(call, issue->row->content_hash, &entry));
	outcome = outcome_of(entry, issue->row->outcome);
	if (!outcome || !outcome->issues_code)
		return FAIL(NOT_ELIGIBLE);
	TRY(check_recall(call, issue));
	TRY(check_state(call, issue, entry));
	TRY(take_budget(call, issue));
	TRY(insert_code(call, issue, outcome));
	TRY(q_mark_code_issued(call->tx, issue->row->id, call->now));
	TRY(emit_issued(call, issue));
	issue->resp->code = issue->shown;
	issue->resp->expires_at = pb_timestamp(call->arena, issue->code->expires_at);
	issue->resp->code_class = issue->code->code_class;
	return OK;
}

/*
 * The code stands in this answer, in the sealed copy of it that a repeated request gets,
 * and sealed in the mail; the table keeps a keyed hash.  A session that has its
 * code goes straight to the idempotent part, which replays or refuses.
 */
struct status consumer_issue_code(struct rpc_call *call, const Consumer__IssueCodeRequest *req,
				  Consumer__IssueCodeResponse *resp)
{
	struct issue issue = {.req = req, .resp = resp};

	TRY(session_admit(call, req->id, &issue.session));
	TRY(tx_run(call, check, &issue));
	if (!issue.was_issued)
		TRY(ask_program(call, &issue));
	return tx_run_once(call, make, &issue);
}
