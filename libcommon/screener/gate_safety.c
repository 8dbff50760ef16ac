/*
 * The proof that matters most: no answers that leave a safety question unknown
 * end with a code.  The engine holds a code back while a visible safety question
 * is unanswered; what is left to prove is that none is unknown because it is
 * hidden.  Whether the rules alone would be as careful is told besides.
 */
#include "screener/eval.h"
#include "screener/gate_part.h"

const char *screener_verdict_name(enum screener_verdict verdict)
{
	static const char *const names[] = {"proven", "refuted", "not proven"};

	return names[verdict];
}

/* Reads the answers like any others: they must end with a code and leave the item unknown. */
static bool confirm(struct gate *gate, uint32_t item, const struct gate_found *found)
{
	const struct item *it = &gate->program->items[item];
	struct screener_answers *answers;
	struct screener_result result;

	if (is_failed(screener_answers_parse(gate->program, gate->scratch, str_of(found->answers),
					     gate->today, &answers)))
		return false;
	screener_eval(gate->program, answers, gate->scratch, SCREENER_BRIEF, &result);
	return result.outcome->issues_code &&
	       (it->row_group >= 0 || !result.state->slots[item].known);
}

static void prove(struct gate *gate, uint32_t item, uint32_t limit, struct screener_safety *out)
{
	struct gate_goal goal = {GOAL_BLIND, item};
	struct gate_found found;

	switch (gate_search(gate, &goal, limit, &found)) {
	case GATE_NONE: out->verdict = SCREENER_PROVEN; return;
	case GATE_OPEN: break;
	case GATE_FOUND:
		if (!confirm(gate, item, &found))
			break;
		out->verdict = SCREENER_REFUTED;
		out->answers = found.answers;
		out->outcome = found.outcome;
		gate_finding(gate, gate_item_pointer(gate, item), SCREENER_ERROR, "SAFETY_REFUTED",
			     "Hidden, \"%s\" is unknown, and yet these answers end with \"%s\", "
			     "which issues a code: %s. Say with \"when_hidden\" what it counts as.",
			     out->item, found.outcome, found.answers);
		return;
	}
	out->verdict = SCREENER_NOT_PROVEN;
	gate_finding(gate, gate_item_pointer(gate, item), SCREENER_WARNING, "SAFETY_NOT_PROVEN",
		     "It is neither proven nor refuted that no code is issued while \"%s\" is "
		     "unknown: not all answers could be tried.",
		     out->item);
}

static void prove_of_rules(struct gate *gate, uint32_t item, uint32_t limit,
			   struct screener_safety *out)
{
	struct gate_goal goal = {GOAL_HASTY, item};
	struct gate_found found;

	out->rules = SCREENER_NOT_PROVEN;
	if (gate->program->items[item].row_group >= 0)
		return;
	switch (gate_search(gate, &goal, limit, &found)) {
	case GATE_NONE: out->rules = SCREENER_PROVEN; return;
	case GATE_OPEN: return;
	case GATE_FOUND: break;
	}
	out->rules = SCREENER_REFUTED;
	out->rules_answers = found.answers;
}

/* Asked for safety's sake, and nobody listens; that an attestation is true is enough. */
static void warn_unread(struct gate *gate, uint32_t item)
{
	const struct item *it = &gate->program->items[item];
	uint32_t group = it->row_group >= 0 ? (uint32_t)it->row_group : item;

	if (gate->domains[group].read || (it->required && it->type == SCREENER_ATTESTATION))
		return;
	gate_finding(gate, gate_item_pointer(gate, item), SCREENER_WARNING, "SAFETY_UNREAD",
		     "No rule looks at the safety question \"%s\": any answer will do.",
		     it->id.ptr);
}

static bool is_asked(const struct item *item)
{
	/* What resolves an outcome is asked once it was decided, and must then be true. */
	return item->safety && !item->on_resolve && item->value.kind != TYPE_NONE;
}

static bool issues_code(const struct screener *p)
{
	for (uint32_t i = 0; i < p->n_outcomes; i++)
		if (p->outcomes[i].public.issues_code)
			return true;
	return false;
}

void gate_safety(struct gate *gate)
{
	const struct screener *p = gate->program;
	struct screener_gate_report *report = gate->report;
	uint32_t left = 0;

	for (uint32_t i = 0; i < p->n_items; i++)
		left += is_asked(&p->items[i]);
	if (!issues_code(p))
		return;
	report->questions = arena_array_of(gate->arena, struct screener_safety, left);
	for (uint32_t i = 0; i < p->n_items; i++) {
		struct screener_safety *out = &report->questions[report->n_questions];

		if (!is_asked(&p->items[i]))
			continue;
		out->item = arena_strdup(gate->arena, p->items[i].id.ptr);
		warn_unread(gate, i);
		prove(gate, i, gate_allowance(gate, 2 * left), out);
		prove_of_rules(gate, i, gate_allowance(gate, 2 * left--), out);
		if (out->verdict == SCREENER_REFUTED ||
		    (out->verdict == SCREENER_NOT_PROVEN && report->safety == SCREENER_PROVEN))
			report->safety = out->verdict;
		report->n_questions++;
	}
}
