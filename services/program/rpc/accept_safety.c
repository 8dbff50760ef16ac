#include "base/encoding.h"
#include "crypto/hash.h"
#include "program/acceptance.h"
#include "screener/exchange/identity.h"
#include "screener/json/canon.h"
#include "svc/kit/details.h"

struct accept {
	const Program__AcceptSafetyRequest *req;
	struct str document; /* canonical */
	struct screener_tables tables;
	struct text_list questions; /* whose proof is open */
	Program__SafetyAcceptance *resp;
};

static struct status read_draft(struct rpc_call *call, void *arg)
{
	struct accept *accept = arg;
	struct uuid program = pb_uuid(accept->req->program_id);
	struct screener_text text;

	TRY(screener_text(call, program, accept->req->version, &text));
	if (text.published)
		return FAIL(SCREENER_PUBLISHED);
	if (text.revision != accept->req->revision)
		return FAIL(VERSION_CONFLICT);
	if (is_failed(canon_bytes(call->arena, text.document, &accept->document)))
		return FAIL(SCREENER_INVALID);
	return screener_tables(call, accept->document, &accept->tables);
}

/* Only what keeps a draft from being published for its open proofs alone can be accepted. */
static struct status prove(struct rpc_call *call, struct accept *accept)
{
	struct screener_gate_report report;
	struct screener *screener;

	TRY(screener_check(call, accept->document, &accept->tables, &report, &screener));
	screener_free(&screener);
	if (report.findings.n_errors > 0)
		return FAIL(SCREENER_INVALID);
	accept->questions = acceptance_questions(call->arena, &report);
	return accept->questions.n > 0 ? OK : FAIL(SAFETY_PROVEN);
}

static void emit(struct rpc_call *call, const struct accept *accept,
		 const struct q_acceptance_row *row)
{
	struct details after = details_new(call->arena);

	details_number(&after, "version", accept->req->version);
	details_number(&after, "revision", row->revision);
	details_text(&after, "contentHash", row->content_hash);
	details_texts(&after, "questions", row->questions.items, row->questions.n);
	details_text(&after, "reason", row->reason);
	details_text(&after, "recordHash", row->record_hash);
	svc_emit(call, &(struct event_out){.action = "screener.safety_accepted",
					   .target_kind = program__screener_version__info.kind,
					   .target_id = pb_uuid(accept->req->program_id),
					   .after = details_end(&after)});
}

/* Nothing was inserted: the draft moved on since it was read, or it is the caller's own. */
static struct status why_not(struct rpc_call *call, const struct accept *accept)
{
	struct q_draft_row *draft;

	TRY(q_draft_by_version(call->tx, pb_uuid(accept->req->program_id), accept->req->version,
			       &draft));
	if (!draft || draft->revision != accept->req->revision)
		return FAIL(VERSION_CONFLICT);
	return FAIL(SECOND_PERSON_REQUIRED);
}

static struct str hash_bytes(const uint8_t hash[IDENTITY_HASH_BYTES])
{
	return (struct str){(const char *)hash, IDENTITY_HASH_BYTES};
}

static struct status record(struct rpc_call *call, void *arg)
{
	struct accept *accept = arg;
	struct identity_acceptance record = {.questions = accept->questions.items,
					     .n_questions = accept->questions.n,
					     .reason = accept->req->reason,
					     .accepted_by =
						     uuid_text(call->arena, call->principal->id),
					     .accepted_at = call->now};
	uint8_t hash[IDENTITY_HASH_BYTES];
	struct q_acceptance_row *row;
	struct q_program_row *program;

	crypto_sha256(record.content, accept->document.ptr, accept->document.len);
	TRY(identity_of_acceptance(call->arena, &record, hash));
	/* In the order of publishing: the program's row, then the draft's. */
	TRY(lock_program(call, pb_uuid(accept->req->program_id), &program));
	TRY(q_insert_acceptance(call->tx, &row, .id = uuid_v7(call->now),
				.program_id = pb_uuid(accept->req->program_id),
				.screener_version = accept->req->version,
				.revision = accept->req->revision,
				.content_hash = pb_hex(call->arena, hash_bytes(record.content)),
				.questions = accept->questions, .reason = accept->req->reason,
				.record_hash = pb_hex(call->arena, hash_bytes(hash)),
				.actor = call->principal->id, .now = call->now));
	if (!row)
		return why_not(call, accept);
	emit(call, accept, row);
	return q_acceptance_fill(call->arena, row, accept->resp);
}

/* The proof runs between two transactions: it takes seconds at the most, and locks nothing. */
struct status program_accept_safety(struct rpc_call *call, const Program__AcceptSafetyRequest *req,
				    Program__SafetyAcceptance *resp)
{
	struct accept accept = {.req = req, .resp = resp};

	TRY(tx_run(call, read_draft, &accept));
	TRY(prove(call, &accept));
	return tx_run(call, record, &accept);
}
