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
	char as_of[DATE_TEXT];

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
			date_format(as_of, question->as_of);
			out->as_of = arena_strdup(arena, as_of);
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

struct validation {
	const Program__ValidateScreenerRequest *req;
	struct q_program_row *program;
	struct screener_text text;
	struct screener_tables tables;
	struct text_list open; /* safety questions that are not proven */
	struct q_acceptance_row *accepted;
};

static struct status read_document(struct rpc_call *call, void *arg)
{
	struct validation *v = arg;
	struct uuid program = pb_uuid(v->req->program_id);

	TRY(q_program_by_id(call->tx, program, &v->program));
	if (!v->program)
		return FAIL(SCREENER_NOT_FOUND);
	TRY(screener_text(call, program, v->req->version, &v->text));
	return screener_tables(call, v->text.document, &v->tables);
}

static struct status read_acceptance(struct rpc_call *call, void *arg)
{
	struct validation *v = arg;

	return q_acceptance_of_draft(call->tx, &v->accepted, .program_id = v->program->id,
				     .screener_version = v->req->version,
				     .revision = v->text.revision, .content_hash = "",
				     .questions = v->open);
}

/* A draft with an open proof waits for a second person; a published version waits for nobody. */
static struct status say_acceptance(struct rpc_call *call, struct validation *v,
				    const struct screener_gate_report *gate,
				    Program__ValidateScreenerResponse *resp)
{
	if (v->text.published)
		return OK;
	resp->revision = v->text.revision;
	v->open = acceptance_questions(call->arena, gate);
	if (v->open.n == 0)
		return OK;
	TRY(tx_run(call, read_acceptance, v));
	resp->needs_acceptance = !v->accepted;
	return OK;
}

struct status program_validate_screener(struct rpc_call *call,
					const Program__ValidateScreenerRequest *req,
					Program__ValidateScreenerResponse *resp)
{
	struct validation v = {.req = req};
	struct screener_gate_report gate;
	struct screener *screener;

	TRY(tx_run(call, read_document, &v));
	TRY(screener_check(call, v.text.document, &v.tables, &gate, &screener));
	states_find(call, v.program->states, screener, &gate.findings);
	attempts_find(call, v.program, screener, &gate.findings);
	if (screener)
		resp->safety = screener_verdict_name(gate.safety);
	screener_free(&screener);
	TRY(say_acceptance(call, &v, &gate, resp));
	resp->publishable = gate.findings.n_errors == 0 && !resp->needs_acceptance;
	list_findings(call->arena, &gate.findings, resp);
	list_proofs(call->arena, &gate, resp);
	list_boundaries(call->arena, &gate, resp);
	return OK;
}
