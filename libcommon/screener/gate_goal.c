/* What the searches of the gate look for, over what can still be and over what is. */
#include "screener/eval.h"
#include "screener/gate_part.h"

/* A visible question that must be answered was left without an answer that will do. */
static bool item_holds_back(const struct gate_view *view, uint32_t i)
{
	const struct item *item = &view->program->items[i];
	const struct value *v = &view->state->answers->slots[i];

	if (item->on_resolve || !view->closed[i] || (view->shown[i] & CAN_BE_FALSE))
		return false;
	if (!v->known)
		return item->safety || item->required;
	return item->required && item->type == SCREENER_ATTESTATION && !v->number.num;
}

static bool constraints_hold_back(const struct gate_view *view)
{
	const struct screener *p = view->program;

	for (uint32_t i = 0; i < p->n_constraints; i++)
		if (p->constraints[i].is_error && !(view->constraints[i] & CAN_BE_TRUE))
			return true;
	return false;
}

static bool is_held_back(const struct gate_view *view)
{
	const struct screener *p = view->program;

	for (uint32_t i = 0; i < p->n_required; i++)
		if (item_holds_back(view, p->required[i]))
			return true;
	for (uint32_t i = 0; i < p->n_safety; i++)
		if (item_holds_back(view, p->safety[i]))
			return true;
	return constraints_hold_back(view);
}

static bool may_be_true(const struct gate_view *view, uint32_t item)
{
	const struct value *v = &view->state->answers->slots[item];

	if (!(view->shown[item] & CAN_BE_TRUE))
		return false;
	return !view->closed[item] || (v->known && v->number.num);
}

/* Decided by the rules, or turned into by an attestation. */
static bool may_become(const struct gate_view *view, uint32_t outcome)
{
	const struct screener *p = view->program;

	if (gate_may_decide(view, outcome))
		return true;
	for (uint32_t i = 0; i < p->n_outcomes; i++)
		if (p->outcomes[i].resolved_by >= 0 &&
		    p->outcomes[i].resolves_to == (int32_t)outcome &&
		    may_be_true(view, (uint32_t)p->outcomes[i].resolved_by) &&
		    gate_may_decide(view, i))
			return true;
	return false;
}

static bool may_issue(const struct gate_view *view)
{
	const struct screener *p = view->program;

	for (uint32_t i = 0; i < p->n_outcomes; i++)
		if (p->outcomes[i].public.issues_code && may_become(view, i))
			return true;
	return false;
}

/* In rows: if it has a condition of its own, for without a group there is no question. */
static bool may_be_hidden(const struct gate_view *view, uint32_t i)
{
	const struct item *item = &view->program->items[i];

	if (item->row_group < 0)
		return view->shown[i] & CAN_BE_FALSE;
	return item->show_if != NO_NODE && (view->shown[item->row_group] & CAN_BE_TRUE);
}

bool gate_goal_is_open(const struct gate_view *view, const struct gate_goal *goal)
{
	const struct screener *p = view->program;
	uint32_t i = goal->index;

	switch (goal->kind) {
	case GOAL_TRUE: return view->rules[i] & CAN_BE_TRUE;
	case GOAL_LEADING: return gate_may_lead(view, i);
	case GOAL_OUTCOME:
		if (gate_may_fall_to(view, i))
			return true;
		if (p->outcomes[i].public.issues_code && is_held_back(view))
			return false;
		return may_become(view, i);
	case GOAL_BLIND:
		return may_be_hidden(view, i) && !p->items[i].has_hidden && !is_held_back(view) &&
		       may_issue(view);
	case GOAL_HASTY: break;
	}
	return view->shown[i] != CAN_BE_FALSE && !constraints_hold_back(view) && may_issue(view);
}

static bool leads(const struct gate_view *view, uint32_t rule)
{
	if (view->state->rules[rule] != TRUE3)
		return false;
	for (uint32_t i = 0; i < view->program->n_rules; i++)
		if (view->state->rules[i] == TRUE3 && gate_is_before(view->program, i, rule))
			return false;
	return true;
}

/* The outcome with a code that the rules decide, if unanswered questions hold nothing back. */
static const struct screener_outcome *outcome_of_rules(const struct gate_view *view)
{
	const struct screener *p = view->program;
	struct verdict verdict = eval_decide(view->state);
	const struct outcome *outcome;

	if (verdict.held || view->state->failed)
		return NULL;
	for (uint32_t i = 0; i < p->n_constraints; i++)
		if (p->constraints[i].is_error && view->state->constraints[i] != TRUE3)
			return NULL;
	outcome = &p->outcomes[verdict.outcome];
	if (outcome->resolved_by >= 0 && view->state->shown[outcome->resolved_by] == TRUE3 &&
	    view->state->slots[outcome->resolved_by].known &&
	    view->state->slots[outcome->resolved_by].number.num)
		outcome = &p->outcomes[outcome->resolves_to];
	return outcome->public.issues_code ? &outcome->public : NULL;
}

/* Outside rows: the item.  In rows: a cell of it in some row. */
static bool is_unknown(const struct gate_view *view, uint32_t i)
{
	const struct item *item = &view->program->items[i];
	const struct rows *rows;

	if (item->row_group < 0)
		return !view->state->slots[i].known;
	if (!view->state->slots[item->row_group].known)
		return false;
	rows = view->state->slots[item->row_group].rows;
	for (uint32_t row = 0; row < rows->n; row++)
		if (!rows->cells[(size_t)row * rows->n_children + i - (uint32_t)item->row_group - 1]
			     .known)
			return true;
	return false;
}

const struct screener_outcome *gate_goal_outcome(const struct gate_view *view,
						 const struct gate_goal *goal,
						 const struct screener_result *result)
{
	return goal->kind == GOAL_HASTY ? outcome_of_rules(view) : result->outcome;
}

bool gate_goal_is_reached(const struct gate_view *view, const struct gate_goal *goal,
			  const struct screener_result *result)
{
	uint32_t i = goal->index;

	switch (goal->kind) {
	case GOAL_TRUE: return view->state->rules[i] == TRUE3;
	case GOAL_LEADING: return leads(view, i);
	case GOAL_OUTCOME: return result->outcome == &view->program->outcomes[i].public;
	case GOAL_BLIND: return result->outcome->issues_code && is_unknown(view, i);
	case GOAL_HASTY: break;
	}
	return view->state->shown[i] != FALSE3 && !view->state->slots[i].known &&
	       outcome_of_rules(view);
}

bool gate_goal_needs_rule(const struct gate_view *view, const struct gate_goal *goal, uint32_t rule)
{
	const struct screener *p = view->program;
	uint8_t set = view->rules[rule];

	if (p->rules[rule].otherwise || !(set & (set - 1)))
		return false;
	if (goal->kind == GOAL_TRUE)
		return rule == goal->index;
	if (goal->kind == GOAL_LEADING)
		return rule == goal->index || p->rules[goal->index].otherwise ||
		       gate_is_before(p, rule, goal->index);
	return true;
}
