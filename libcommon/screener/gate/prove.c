/*
 * What must hold for all answers: no code while a safety question is unknown, and
 * no rule or outcome that answers never reach.  The prover is asked once for all;
 * what it found counts only when the engine says the same.
 */
#include "screener/eval/eval.h"
#include "screener/gate/part.h"

const char *screener_verdict_name(enum screener_verdict verdict)
{
	static const char *const names[] = {"proven", "refuted", "not proven"};

	return names[verdict];
}

const char *screener_ending_name(enum screener_ending ending)
{
	static const char *const names[] = {"stopped", "finished", "out of steps"};

	return names[ending];
}

/* Asked for safety's sake, and nobody listens; that an attestation is true is enough. */
static void warn_unread(struct gate *gate, uint32_t item)
{
	const struct item *it = &gate->program->items[item];
	uint32_t group = it->row_group >= 0 ? (uint32_t)it->row_group : item;

	if (gate->read[group] || (it->required && it->type == SCREENER_ATTESTATION))
		return;
	finding_add_at(
		&gate->findings, gate_item_pointer(gate, item), SCREENER_WARNING, "SAFETY_UNREAD",
		"No rule looks at the safety question \"%s\": any answer will do.", it->id.ptr);
}

static void say_verdict(struct gate *gate, uint32_t item, const struct screener_safety *q)
{
	const char *pointer = gate_item_pointer(gate, item);

	if (q->verdict == SCREENER_REFUTED)
		finding_add_at(
			&gate->findings, pointer, SCREENER_ERROR, "SAFETY_REFUTED",
			"Hidden, \"%s\" is unknown, and yet these answers end with \"%s\", "
			"which issues a code: %s. Say with \"when_hidden\" what it counts as.",
			q->item, q->outcome, q->answers);
	else if (q->verdict == SCREENER_NOT_PROVEN)
		finding_add_at(
			&gate->findings, pointer, SCREENER_WARNING, "SAFETY_NOT_PROVEN",
			"It is neither proven nor refuted that no code is issued while \"%s\" "
			"is unknown: the prover came to no end within its limits.",
			q->item);
}

/* A counterexample holds in the engine, or it is none. */
static enum screener_verdict verdict_of(struct gate *gate, const struct screener_goal *goal,
					const struct screener_proof *proof, const char **outcome)
{
	const struct screener_outcome *found;

	if (proof->answer == SCREENER_NONE)
		return SCREENER_PROVEN;
	if (proof->answer != SCREENER_FOUND ||
	    !screener_goal_holds(gate->program, goal, str_of(proof->answers), proof->as_of,
				 gate->scratch, &found))
		return SCREENER_NOT_PROVEN;
	*outcome = found ? arena_strdup(gate->arena, found->id) : NULL;
	return SCREENER_REFUTED;
}

static void take_safety(struct gate *gate, const struct screener_goal *goals,
			const struct screener_proof *proofs)
{
	struct screener_gate_report *report = gate->report;
	struct screener_safety *q = &report->questions[report->n_questions++];
	uint32_t item = goals[0].index;
	const char *of_rules;

	q->item = arena_strdup(gate->arena, gate->program->items[item].id.ptr);
	warn_unread(gate, item);
	q->verdict = verdict_of(gate, &goals[0], &proofs[0], &q->outcome);
	if (q->verdict == SCREENER_REFUTED) {
		q->answers = proofs[0].answers;
		q->as_of = proofs[0].as_of;
	}
	q->rules = verdict_of(gate, &goals[1], &proofs[1], &of_rules);
	if (q->rules == SCREENER_REFUTED) {
		q->rules_answers = proofs[1].answers;
		q->rules_as_of = proofs[1].as_of;
	}
	say_verdict(gate, item, q);
	if (q->verdict == SCREENER_REFUTED ||
	    (q->verdict == SCREENER_NOT_PROVEN && report->safety == SCREENER_PROVEN))
		report->safety = q->verdict;
}

static void take_outcome(struct gate *gate, uint32_t i, enum screener_verdict reached)
{
	const struct path *at = AT_INDEX(AT_NAME(NULL, "outcomes"), i);
	const char *id = gate->program->outcomes[i].public.id;

	if (reached == SCREENER_PROVEN)
		ERROR_AT(gate, at, "OUTCOME_UNREACHABLE", "No answers end with \"%s\".", id);
	else if (reached == SCREENER_NOT_PROVEN)
		WARNING_AT(gate, at, "OUTCOME_NOT_REACHED",
			   "No answers were found that end with \"%s\", nor that there are none.",
			   id);
}

static void take_rule(struct gate *gate, uint32_t i, enum screener_verdict reached, bool never_true)
{
	const char *pointer = gate_rule_pointer(gate, i, NULL);
	const char *id = gate->program->rules[i].id;

	if (reached == SCREENER_REFUTED)
		return;
	if (reached == SCREENER_NOT_PROVEN) {
		finding_add_at(&gate->findings, pointer, SCREENER_WARNING, "RULE_NOT_REACHED",
			       "No answers were found for which \"%s\" decides, nor that there are "
			       "none.",
			       id);
		return;
	}
	gate->dead[i] = true;
	if (never_true)
		finding_add_at(&gate->findings, pointer, SCREENER_ERROR, "RULE_DEAD",
			       "\"%s\" is true for no answers.", id);
	else
		finding_add_at(&gate->findings, pointer, SCREENER_ERROR, "RULE_DEAD",
			       "\"%s\" never decides: whenever it is true, so is a rule that goes "
			       "before it or conflicts with it.",
			       id);
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

/* Two for each safety question, then outcomes and rules that no test came to. */
static size_t list_goals(const struct gate *gate, struct screener_goal *goals)
{
	const struct screener *p = gate->program;
	size_t n = 0;

	for (uint32_t i = 0; issues_code(p) && i < p->n_items; i++)
		if (is_asked(&p->items[i])) {
			goals[n++] = (struct screener_goal){SCREENER_GOAL_BLIND, i};
			goals[n++] = (struct screener_goal){SCREENER_GOAL_HASTY, i};
		}
	for (uint32_t i = 0; i < p->n_outcomes; i++)
		if (!gate->outcomes[i])
			goals[n++] = (struct screener_goal){SCREENER_GOAL_OUTCOME, i};
	for (uint32_t i = 0; i < p->n_rules; i++)
		if (!(gate->rules[i] & SEEN_LEADING) && !gate->dead[i])
			goals[n++] = (struct screener_goal){SCREENER_GOAL_LEADING, i};
	return n;
}

static void take(struct gate *gate, const struct screener_goal *goal,
		 const struct screener_proof *proof)
{
	const char *outcome;
	enum screener_verdict verdict;

	if (goal->kind == SCREENER_GOAL_BLIND) {
		take_safety(gate, goal, proof);
		return;
	}
	if (goal->kind == SCREENER_GOAL_HASTY)
		return;
	verdict = verdict_of(gate, goal, proof, &outcome);
	if (goal->kind == SCREENER_GOAL_OUTCOME)
		take_outcome(gate, goal->index, verdict);
	else
		take_rule(gate, goal->index, verdict, proof->never_true);
}

/* Then the findings may be others on another machine, or another day. */
static void warn_stopped(struct gate *gate)
{
	if (gate->report->effort.ending == SCREENER_STOPPED)
		finding_add_at(
			&gate->findings, "", SCREENER_WARNING, "PROVER_STOPPED",
			"The prover was stopped by the clock, or failed, before its own limit "
			"of steps: what it did not come to is not proven. Try again.");
}

void gate_prove(struct gate *gate)
{
	const struct screener *p = gate->program;
	size_t most = 2 * (size_t)p->n_items + p->n_outcomes + p->n_rules;
	struct screener_goal *goals = arena_array_of(gate->scratch, struct screener_goal, most);
	struct screener_proof *proofs;
	size_t n = list_goals(gate, goals);

	proofs = arena_array_of(gate->scratch, struct screener_proof, n);
	gate->report->questions = arena_array_of(gate->arena, struct screener_safety, n);
	gate->report->effort.ending = n ? SCREENER_STOPPED : SCREENER_FINISHED;
	if (n && gate->prover)
		gate->report->effort = gate->prover->prove(gate->prover->arg, p, goals, n,
							   gate->today, gate->arena, proofs);
	if (gate->prover)
		warn_stopped(gate);
	for (size_t i = 0; i < n; i++) {
		struct arena_mark mark = arena_mark(gate->scratch);

		take(gate, &goals[i], &proofs[i]);
		arena_rewind(gate->scratch, mark);
	}
}
