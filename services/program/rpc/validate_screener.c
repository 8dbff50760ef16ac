#include "program/acceptance.h"
#include "program/states.h"

#define MAX_LISTED 1000

static void list_findings(struct arena *arena, const struct screener_findings *findings,
			  Program__ValidateScreenerResponse *resp)
{
	resp->findings = arena_array_of(arena, Program__Finding *, findings->n);
	for (size_t i = 0; i < findings->n && i < MAX_LISTED; i++) {
		const struct screener_finding *finding = &findings->list[i];
		Program__Finding *out = arena_new_of(arena, Program__Finding);

		program__finding__init(out);
		out->severity = finding->severity == SCREENER_ERROR ? "error" : "warning";
		out->code = finding->code;
		out->pointer = finding->pointer;
		out->message = finding->message;
		resp->findings[resp->n_findings++] = out;
	}
}

static void list_proofs(struct arena *arena, const struct screener_gate_report *gate,
			Program__ValidateScreenerResponse *resp)
{
	resp->safety_proofs = arena_array_of(arena, Program__SafetyProof *, gate->n_questions);
	for (size_t i = 0; i < gate->n_questions; i++) {
		const struct screener_safety *question = &gate->questions[i];
		Program__SafetyProof *out = arena_new_of(arena, Program__SafetyProof);

		program__safety_proof__init(out);
		out->item = question->item;
		out->verdict = screener_verdict_name(question->verdict);
		if (question->answers) {
			out->answers = question->answers;
			out->outcome = question->outcome;
		}
		resp->safety_proofs[resp->n_safety_proofs++] = out;
	}
}

static void list_boundaries(struct arena *arena, const struct screener_gate_report *gate,
			    Program__ValidateScreenerResponse *resp)
{
	char as_of[DATE_TEXT];

	resp->boundaries = arena_array_of(arena, Program__Boundary *, gate->n_boundaries);
	for (size_t i = 0; i < gate->n_boundaries; i++) {
		const struct screener_boundary *boundary = &gate->boundaries[i];
		Program__Boundary *out = arena_new_of(arena, Program__Boundary);

		program__boundary__init(out);
		date_format(as_of, boundary->as_of);
		out->pointer = boundary->pointer;
		out->item = boundary->item;
		out->side = screener_side_name(boundary->side);
		out->answers = boundary->answers;
		out->as_of = arena_strdup(arena, as_of);
		out->outcome = boundary->outcome;
		out->decided = boundary->decided;
		resp->boundaries[resp->n_boundaries++] = out;
	}
}

/* A draft with an open proof waits for a second person; a published version waits for nobody. */
static struct status say_acceptance(struct rpc_call *call,
				    const Program__ValidateScreenerRequest *req,
				    const struct screener_gate_report *gate,
				    Program__ValidateScreenerResponse *resp)
{
	struct text_list open = acceptance_questions(call->arena, gate);
	struct q_acceptance_row *accepted;
	struct q_draft_row *draft;

	TRY(q_draft_by_version(call->tx, id_of(req->program_id), req->version, &draft));
	if (!draft)
		return OK;
	resp->revision = draft->revision;
	TRY(q_acceptance_of_draft(call->tx, &accepted, .program_id = draft->program_id,
				  .screener_version = draft->screener_version,
				  .revision = draft->revision, .content_hash = "",
				  .questions = open));
	resp->needs_acceptance = open.n > 0 && !accepted;
	return OK;
}

struct status program_validate_screener(struct rpc_call *call,
					const Program__ValidateScreenerRequest *req,
					Program__ValidateScreenerResponse *resp)
{
	struct screener_gate_report gate;
	struct screener *screener;
	struct q_program_row *program;
	struct screener_text text;

	TRY(q_program_by_id(call->tx, id_of(req->program_id), &program));
	if (!program)
		return FAIL(NOT_FOUND, "SCREENER_NOT_FOUND");
	TRY(screener_text(call, id_of(req->program_id), req->version, &text));
	TRY(screener_check(call, text.document, &gate, &screener));
	states_find(call, program->states, screener, &gate.findings);
	attempts_find(call, program, screener, &gate.findings);
	TRY(say_acceptance(call, req, &gate, resp));
	resp->publishable = gate.findings.n_errors == 0 && !resp->needs_acceptance;
	if (screener)
		resp->safety = screener_verdict_name(gate.safety);
	screener_free(&screener);
	list_findings(call->arena, &gate.findings, resp);
	list_proofs(call->arena, &gate, resp);
	list_boundaries(call->arena, &gate, resp);
	return OK;
}
